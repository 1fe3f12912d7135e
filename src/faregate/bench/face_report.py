"""report.json of `faregate bench faces`: stable keys, described in docs/reference/bench-faces.md.

Rates are shares from 0 to 1. `ci95` is a two-sided 95 % interval. What could not be measured is
null. No person's name is in it.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from faregate.bench.error_rates import EVENTS_MIN, is_supported
from faregate.bench.faces import PEER, PLAIN, PRODUCT, FacesFindings, Identified, OfWay
from faregate.bench.identification import DRAWS, FPIR_LEVELS, REPEATS, AtFpir
from faregate.bench.intervals import proportion_interval
from faregate.bench.report import machine, pack_facts
from faregate.bench.verification import LEVELS, AtThreshold, Measured, Verification

FORMAT: Final = "faregate-bench-faces/v1"

_LOWEST: Final = -3.0
"""No similarity is lower: a threshold below it accepts everything, and only the margin refuses."""


def level_name(rate: float) -> str:
    """Write a level as the keys have it: 0.001 is 1e-3.

    >>> level_name(0.001), level_name(0.1)
    ('1e-3', '1e-1')
    """
    mantissa, exponent = f"{rate:e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def document(
    findings: FacesFindings, *, made: datetime, version: str, command: str
) -> dict[str, Any]:
    """Give the whole report."""
    plan = findings.plan
    product = findings.measures.ways[PRODUCT]
    main = product.identified[0]
    return {
        "format": FORMAT,
        "made": made.isoformat(timespec="seconds"),
        "version": version,
        "command": command,
        "machine": machine(),
        "pack": pack_facts(findings.manifest),
        "data": {
            "name": plan.dataset.resolve().name,
            "people": findings.people,
            "people_with_two_pictures": product.verification.people_mated,
            "pictures": findings.pictures,
            "files_passed_over": findings.passed_over,
            "chosen_people": "all" if plan.people is None else str(plan.people),
        },
        "settings": {
            "riders": list(plan.riders),
            "enrolled": plan.enrolled,
            "probe": plan.probe,
            "similarity_min": findings.manifest.card.similarity_min,
            "margin_min": findings.manifest.card.margin_min,
            "seed": plan.seed,
            "bootstrap": plan.resamples,
            "jobs": plan.jobs,
            "repeats": REPEATS,
            "draws": DRAWS,
        },
        "failure_to_acquire": _failures(product),
        **_verification(product.verification),
        "lfw_10fold_accuracy": _ten_fold(product),
        "fnir_at_fpir": _by_fpir(main),
        "identification": [_identified(one) for one in product.identified],
        "fused": _fused(findings),
        "plain": _other(findings, PLAIN),
        "peer": _other(findings, PEER),
        "groups": [
            {
                "group": one.group,
                "people": one.people,
                "n_mated": one.mated,
                "n_nonmated": one.nonmated,
                **_at(one.rates),
            }
            for one in findings.measures.groups
        ],
        "variants": _variants(findings),
        **_speed(findings),
        "det": {
            name: [list(point) for point in way.verification.curve]
            for name, way in findings.measures.ways.items()
        },
    }


def measured(value: Measured) -> dict[str, Any]:
    """Write one rate."""
    return {"value": value.value, "ci95": [value.interval.low, value.interval.high]}


def _failures(way: OfWay) -> dict[str, Any]:
    return {
        **measured(way.failure_to_acquire),
        "n_pictures": way.pictures,
        "n_failed": sum(way.failures.values()),
        "reasons": dict(way.failures),
        "several_faces": way.several,
    }


def _verification(found: Verification) -> dict[str, Any]:
    counts = {
        "n_mated": found.mated,
        "n_nonmated": found.nonmated,
        "n_people": found.people,
        "n_people_mated": found.people_mated,
    }
    levels = {}
    for level in LEVELS:
        if level in found.levels:
            at = found.levels[level]
            levels[level_name(level)] = {
                **measured(at.fnmr),
                "with_failures": measured(at.fnmr_user),
                "threshold": at.threshold,
                **counts,
            }
        else:
            levels[level_name(level)] = {
                "value": None,
                "why": f"needs {EVENTS_MIN / level:,.0f} non-mated comparisons; "
                f"there are {found.nonmated:,}"
                if not is_supported(level, found.nonmated)
                else "too many comparisons to keep",
            }
    return {
        "fnmr_at_fmr": levels,
        "eer": measured(found.equal_error),
        "at_similarity_min": {**_at(found.at_threshold), **counts},
    }


def _at(at: AtThreshold) -> dict[str, Any]:
    return {
        "threshold": at.threshold,
        "fmr": measured(at.fmr),
        "false_matches": at.false_matches,
        "fnmr": measured(at.fnmr),
        "fnmr_with_failures": measured(at.fnmr_user),
    }


def _ten_fold(way: OfWay) -> dict[str, Any] | None:
    if way.ten_fold is None:
        return None
    return {
        **measured(way.ten_fold.accuracy),
        "threshold": way.ten_fold.threshold,
        "pairs_used": way.ten_fold.pairs_used,
        "pairs_skipped": way.ten_fold.pairs_skipped,
    }


def _by_fpir(one: Identified) -> dict[str, Any]:
    levels: dict[str, Any] = {}
    for level in FPIR_LEVELS:
        if level in one.levels:
            at = one.levels[level]
            levels[level_name(level)] = {
                **measured(at.fnir),
                "with_failures": measured(at.fnir_user),
                "threshold": at.threshold if at.threshold > _LOWEST else None,
                "fpir": at.fpir.value,
                "wrong_rider": measured(at.wrong_rider),
                "n_people": at.people,
                "n_people_missed": at.people_missed,
                "not_above": at.not_above,
            }
        else:
            levels[level_name(level)] = {
                "value": None,
                "why": f"needs {EVENTS_MIN * one.setting.riders / level:,.0f} comparisons of "
                f"different people; there are {one.alike:,}",
            }
    return levels


def _identified(one: Identified) -> dict[str, Any]:
    alike = proportion_interval(one.alike_false, one.alike)
    return {
        **asdict(one.setting),
        "trials_mated": one.trials_mated,
        "trials_nonmated": one.trials_nonmated,
        "at_similarity_min": _at_fpir(one.in_use),
        "fnir_at_fpir": _by_fpir(one),
        "fused_comparisons": {
            "n": one.alike,
            "false_matches": one.alike_false,
            "ci95_if_independent": [alike.low, alike.high],
        },
    }


def _at_fpir(at: AtFpir) -> dict[str, Any]:
    return {
        "threshold": at.threshold,
        "fpir": measured(at.fpir),
        "fnir": measured(at.fnir),
        "fnir_with_failures": measured(at.fnir_user),
        "wrong_rider": measured(at.wrong_rider),
        "n_people": at.people,
        "n_people_missed": at.people_missed,
        "not_above": at.not_above,
    }


def _fused(findings: FacesFindings) -> dict[str, Any]:
    """Write verification of fused templates, and what it gains on plain single pictures."""
    return {
        "enrolled": findings.plan.enrolled,
        "probe": findings.plan.probe,
        **_verification(findings.measures.ways[PRODUCT].fused),
        "fnmr_difference": {
            level_name(level): {
                **measured(gain.difference),
                "fused": measured(gain.fused),
                "plain": measured(gain.plain),
                "n_people": gain.people,
            }
            for level, gain in findings.measures.fused_gain.items()
        },
    }


def _other(findings: FacesFindings, name: str) -> dict[str, Any] | None:
    """Write another way, and how the product differs from it (product minus other)."""
    if name not in findings.measures.ways:
        return None
    way = findings.measures.ways[name]
    return {
        "failure_to_acquire": _failures(way),
        **_verification(way.verification),
        "lfw_10fold_accuracy": _ten_fold(way),
        "identification": [_identified(one) for one in way.identified],
        "fnmr_difference": {
            level_name(level): measured(value)
            for level, value in findings.measures.differences[name].items()
        },
    }


def _variants(findings: FacesFindings) -> dict[str, Any] | None:
    if findings.variants is None:
        return None
    return {
        "ways": [
            {
                "name": one.name,
                "fnmr_at_fmr": {
                    level_name(level): measured(rate) for level, rate in one.fnmr.items()
                },
                "fnmr_difference": {
                    level_name(level): measured(gain) for level, gain in one.gain.items()
                },
                "chosen_in_folds": one.chosen,
            }
            for one in findings.variants.rates
        ],
        "fnmr_held_out": findings.variants.held_out,
        "fnmr_held_out_plain": findings.variants.held_out_plain,
    }


def _speed(findings: FacesFindings) -> dict[str, Any]:
    pictures = findings.on_pictures
    return {
        "detect_ms_p50": pictures.detect.p50,
        "embed_ms_p50": pictures.embed.p50,
        "passive_ms_p50": pictures.passive.p50,
        "frame_ms_p50": findings.on_frames.total.p50,
        "frame_ms_p95": findings.on_frames.total.p95,
        "frame_cpu_ms_p50": findings.on_frames.total.cpu_p50,
        "peer_ms_p50": pictures.peer.p50,
        "speed": {"pictures": asdict(pictures), "frames_640x480": asdict(findings.on_frames)},
        "models_rss_mib": findings.models_mib,
        "peak_rss_mib": findings.peak_mib,
    }
