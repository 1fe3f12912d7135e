// Draws the scene that the server sends. Text only ever goes into textContent.
const $ = (id) => document.getElementById(id);

function element(tag, { text = "", className = "" } = {}, ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function shape(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

function drawLane(lane) {
  const drawing = shape("svg", { viewBox: "0 0 172 120", role: "img", "aria-label": `${lane.place}: gate ${lane.gate_open ? "open" : "closed"}, camera ${lane.camera_open ? "open" : "closed"}` });
  const open = lane.gate_open ? " open" : "";
  drawing.append(
    shape("rect", { class: "floor", x: 4, y: 104, width: 152, height: 4, rx: 2 }),
    shape("rect", { class: `flap left${open}`, x: 44, y: 66, width: 36, height: 20, rx: 4 }),
    shape("rect", { class: `flap right${open}`, x: 80, y: 66, width: 36, height: 20, rx: 4 }),
    shape("rect", { class: "post", x: 12, y: 46, width: 32, height: 58, rx: 6 }),
    shape("rect", { class: "post", x: 116, y: 46, width: 32, height: 58, rx: 6 }),
    shape("circle", { class: `lens${lane.camera_open ? " on" : ""}`, cx: 132, cy: 58, r: 7 }),
    shape("text", { x: 132, y: 40 }, lane.camera_open ? "camera on" : "camera off"),
  );
  if (lane.in_front.toLowerCase().includes("photo")) {
    drawing.append(shape("rect", { class: "paper", x: 66, y: 8, width: 28, height: 36 }), shape("circle", { class: "person", cx: 80, cy: 21, r: 7 }), shape("path", { class: "person", d: "M68 42 q12 -16 24 0 z" }));
  } else if (lane.in_front) {
    drawing.append(shape("circle", { class: "person", cx: 80, cy: 20, r: 11 }), shape("path", { class: "person", d: "M58 60 q4 -26 22 -26 q18 0 22 26 z" }));
  }
  const unlocked = lane.unlocked === 1 ? "1 rider unlocked here" : `${lane.unlocked} riders unlocked here`;
  return element("article", { className: "lane" }, drawing,
    element("h3", { text: `${lane.place}, ${lane.way}` }),
    element("div", { text: lane.display, className: `display ${lane.tone}` }),
    element("small", { text: lane.in_front ? `In front: ${lane.in_front}` : "Nobody in front" }),
    element("small", { text: unlocked }));
}

function drawStored([who, rows]) {
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr", { className: row.count ? "" : "zero" },
      element("td", { text: row.place }), element("td", { text: row.what }),
      element("td", { text: row.readable_by }), element("td", { text: String(row.count), className: "count" }));
    body.append(line);
  }
  const head = element("tr", {}, ...["Where", "What", "Readable by", "Rows"].map((text) => element("th", { text })));
  return element("table", {}, element("caption", { text: who }), element("thead", {}, head), body);
}

function draw(scene) {
  $("clock").textContent = scene.clock || "–";
  $("explanation").textContent = scene.explanation || "The day is being prepared.";
  $("network").textContent = scene.network_up ? "network up" : "network down";
  $("network").className = `pill ${scene.network_up ? "good" : "alert"}`;
  $("chapters").replaceChildren(...scene.chapters.map((title, index) => {
    const number = index + 1;
    const state = scene.finished || number < scene.chapter ? "done" : number === scene.chapter ? "now" : "";
    const made = element("li", { text: `${number} ${title}`, className: state });
    if (state === "now") made.setAttribute("aria-current", "step");
    return made;
  }));
  $("lanes").replaceChildren(...scene.lanes.map(drawLane));
  $("story").replaceChildren(...scene.story.toReversed().map((line) =>
    element("li", {}, element("b", { text: line.at }), element("span", { text: line.text, className: line.tone }))));
  $("money").replaceChildren(...scene.money.map((row) =>
    element("tr", {}, element("td", { text: row.who }), element("td", { text: row.today }), element("td", { text: row.booked }))));
  $("stored").replaceChildren(...Object.entries(scene.stored).map(drawStored));
  $("summary").hidden = !scene.finished;
  const wrong = scene.figures.filter((figure) => !figure.right).length;
  $("verdict").textContent = wrong ? `${wrong} of ${scene.figures.length} figures are not what they must be.` : "Every figure is what it must be.";
  $("figures").replaceChildren(...scene.figures.map((figure) =>
    element("div", { className: figure.right ? "" : "wrong" }, element("dt", { text: figure.label }), element("dd", { text: figure.value }))));
}

const first = await fetch("/scene");
draw(await first.json());
const source = new EventSource("/scenes");
source.onmessage = (event) => draw(JSON.parse(event.data));
