"use strict";
// Makes the points of the curve buttons that show the model of their size. No network, no library.

const sizes = JSON.parse(document.getElementById("sizes").textContent);

function element(kind, text, attributes = {}) {
  const made = document.createElement(kind);
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function showSize(circle) {
  const size = sizes[Number(circle.dataset.place)];
  for (const other of document.querySelectorAll("#curve circle.size")) other.setAttribute("aria-pressed", other === circle);
  const body = size.patterns.map((pattern) => {
    const item = element("li", null);
    item.append(element("strong", pattern.name + ": "));
    pattern.arcs.forEach((arc) => {
      const words = (sign, list) => list.flatMap((word, place) => [place ? ", " : `${sign} `, element("bdi", word)]);
      item.append(`${arc.source} → ${arc.target} `, ...words("+", arc.high), " ", ...words("−", arc.low), "; ");
    });
    return item;
  });
  const list = element("ul", null);
  list.append(...body);
  const title = `${size.transitions} transitions in ${size.patterns.length} patterns: ${(100 * size.dev).toFixed(1)} % of dev.`;
  document.getElementById("size").replaceChildren(element("p", title), list);
}

for (const circle of document.querySelectorAll("#curve circle.size")) {
  for (const [name, value] of Object.entries({ tabindex: 0, role: "button", "aria-pressed": false })) circle.setAttribute(name, value);
  circle.addEventListener("click", () => showSize(circle));
  circle.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    showSize(circle);
  });
}
