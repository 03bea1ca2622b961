"use strict";
// Runs the automata of the page on any text, and shows the model of each size on the curve. No network, no library.

const data = JSON.parse(document.getElementById("model").textContent);
const sizes = JSON.parse(document.getElementById("sizes").textContent);

// ---- the model -----------------------------------------------------------------------------------------------------

const bytes = Uint8Array.from(atob(data.numbers.base64), (c) => c.charCodeAt(0));
const places = new Map(data.words.map((word, place) => [word, place]));

// ---- the tokeniser --------------------------------------------------------------------------------------------------

const compiled = (list) => (list || []).map(([pattern, flags, text]) => [new RegExp(pattern, flags), text]);
const tokenizer = { kind: "rules", blank: "[\\s\\x1c-\\x1f\\x85]+", ...data.tokenizer };
const blank = new RegExp(tokenizer.blank, "u");
const sentence = new RegExp(tokenizer.sentence, "gu");
const before = compiled(tokenizer.before);
const after = compiled(tokenizer.after);

function tokenize(text) {
  if (data.lowercase) text = text.toLowerCase();
  const split = (part) => part.split(blank).filter((token) => token);
  if (tokenizer.kind === "characters") return [...split(text).join("▁"), "</s>"];
  if (tokenizer.kind !== "rules") return [...split(text), "</s>"];
  const cuts = [0, ...Array.from(text.matchAll(sentence), (m) => m.index + m[0].length), text.length];
  const replace = (part, list) => list.reduce((done, [regex, by]) => done.replace(regex, by), part);
  const tokens = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    tokens.push(...split(replace(" " + replace(text.slice(cuts[i], cuts[i + 1]), before) + " ", after)));
  }
  return [...tokens, "</s>"];
}

// ---- the numbers ----------------------------------------------------------------------------------------------------

function stored(row, word) {
  const at = 3 * (row * data.words.length + word);
  return data.numbers.offset[row] + data.numbers.scale[row] * (bytes[at] + 256 * bytes[at + 1] + 65536 * bytes[at + 2]);
}

function linear(name, word) {
  const own = data.parameters[name];
  if ("row" in own) return stored(own.row, word);
  return own.weights.reduce((sum, weight, d) => sum + weight * stored(d, word), own.bias);
}

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

function evaluate(weight, word) {
  if (typeof weight === "number") return weight;
  if (weight === "inf") return Infinity;
  if (weight === "-inf") return -Infinity;
  if ("const" in weight) return evaluate(weight.const, word);
  if ("linear" in weight) return linear(weight.linear, word);
  if ("sigmoid" in weight) return sigmoid(evaluate(weight.sigmoid, word));
  if ("complement" in weight) return 1 - evaluate(weight.complement, word);
  if ("log" in weight) return Math.log(evaluate(weight.log, word));
  if ("scalar" in weight) return data.parameters[weight.scalar];
  if ("softmax" in weight) {
    const powers = weight.softmax.map((term) => Math.exp(evaluate(term, word)));
    return powers[weight.place] / powers.reduce((sum, power) => sum + power, 0);
  }
  if ("product" in weight) return weight.product.reduce((done, factor) => done * evaluate(factor, word), 1);
  return weight.sum.reduce((done, term) => done + evaluate(term, word), 0);
}

// [t][i]: the weight of arc i on token t.
const arcWeights = (automaton, ids) => ids.map((id) => automaton.arcs.map((arc) => evaluate(arc[3], id)));

function forward(automaton, weights) {
  const charts = [new Map(automaton.initial.map(([state, weight]) => [state, evaluate(weight, 0)]))];
  for (const row of weights) {
    const chart = new Map();
    automaton.arcs.forEach(([source, , target], i) => {
      const score = charts[charts.length - 1].get(source);
      if (score !== undefined) chart.set(target, (chart.get(target) || 0) + score * row[i]);
    });
    charts.push(chart);
  }
  return charts;
}

function backward(automaton, weights) {
  const turned = {
    initial: automaton.final,
    arcs: automaton.arcs.map(([source, label, target, weight]) => [target, label, source, weight]),
  };
  return forward(turned, [...weights].reverse()).reverse();
}

// The path of largest size that reads the whole text: {weight, mains: [t]}; both ends are carried, since signs turn them.
function bestPath(automaton, weights) {
  const way = (weight, link) => ({ weight, link });
  let chart = new Map(automaton.initial.map(([q, w]) => [q, [way(evaluate(w, 0), null), way(evaluate(w, 0), null)]]));
  weights.forEach((row, t) => {
    const next = new Map();
    automaton.arcs.forEach(([source, , target], i) => {
      for (const last of chart.get(source) || []) {
        const now = way(last.weight * row[i], { last, t, main: source !== target });
        const known = next.get(target) || [now, now];
        next.set(target, [now.weight < known[0].weight ? now : known[0], now.weight > known[1].weight ? now : known[1]]);
      }
    });
    chart = next;
  });
  let best = null;
  for (const [state, weight] of automaton.final) {
    for (const end of chart.get(state) || []) {
      const total = end.weight * evaluate(weight, 0);
      if (best === null || Math.abs(total) > Math.abs(best.weight)) best = { weight: total, link: end.link };
    }
  }
  const mains = [];
  for (let link = best && best.link; link; link = link.last.link) if (link.main) mains.unshift(link.t);
  return { weight: best ? best.weight : 0, mains };
}

const activations = { tanh: Math.tanh, relu: (score) => Math.max(0, score), none: (score) => score };
const activate = activations[data.activation];

function run(text) {
  const tokens = tokenize(text);
  const ids = tokens.map((token) => (places.has(token) ? places.get(token) : 0));
  const logits = [...data.class_biases];
  const effects = tokens.map(() => logits.map(() => 0));
  const patterns = Object.entries(data.automata).map(([name, automaton], p) => {
    const weights = arcWeights(automaton, ids);
    const charts = forward(automaton, weights);
    const ends = backward(automaton, weights);
    const score = automaton.final.reduce((s, [q, w]) => s + (charts[ids.length].get(q) || 0) * evaluate(w, 0), 0);
    const shares = data.class_weights.map((row) => row[p] * activate(score));
    shares.forEach((share, label) => (logits[label] += share));
    weights.forEach((row, t) => {
      let mass = 0;
      automaton.arcs.forEach(([source, , target], i) => {
        if (source !== target) mass += (charts[t].get(source) || 0) * row[i] * (ends[t + 1].get(target) || 0);
      });
      const lost = activate(score) - activate(score - mass);
      data.class_weights.forEach((weight, label) => (effects[t][label] += weight[p] * lost));
    });
    return { name, score, shares, ...bestPath(automaton, weights) };
  });
  return { tokens, known: tokens.map((token) => places.has(token)), logits, effects, patterns };
}

// ---- the page ------------------------------------------------------------------------------------------------------

function element(kind, text, attributes = {}) {
  const made = document.createElement(kind);
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);

function phrase(tokens, mains) {
  const parts = [];
  mains.forEach((t, k) => {
    const loops = k ? tokens.slice(mains[k - 1] + 1, t) : [];
    parts.push(...(loops.length > 2 ? ["…"] : loops.map((word) => word + "ₛₗ")), tokens[t]);
  });
  const rest = mains.length ? tokens.slice(mains[mains.length - 1] + 1) : [];
  return [...parts, ...(rest.length > 2 ? ["…"] : rest.map((word) => word + "ₛₗ"))].join(" ");
}

function show(text) {
  const found = run(text);
  const order = found.logits.map((_, label) => label).sort((a, b) => found.logits[b] - found.logits[a]);
  const total = found.logits.reduce((sum, z) => sum + Math.exp(z - found.logits[order[0]]), 0);
  const decision = document.getElementById("decision");
  decision.replaceChildren(
    element("strong", data.labels[order[0]]),
    ` at ${(100 / total).toFixed(0)} %: `,
    order.map((label) => `${data.labels[label]} ${signed(found.logits[label])}`).join(", "),
  );
  decision.dataset.logits = JSON.stringify(found.logits);
  decision.dataset.label = data.labels[order[0]];
  const lead = found.effects.map((effect) => effect[order[0]] - effect[order[1]]);
  const most = Math.max(1e-9, ...lead.map(Math.abs));
  const line = found.tokens.map((token, t) => {
    const strength = Math.abs(lead[t]) / most;
    const level = strength < 0.05 ? "" : (lead[t] > 0 ? "for" : "against") + (strength < 0.4 ? " weak" : "");
    const title = `${signed(lead[t])} for ${data.labels[order[0]]}` + (found.known[t] ? "" : "; unknown word");
    return element("span", token, { class: `token ${level}${found.known[t] ? "" : " unknown"}`, title });
  });
  document.getElementById("tokens").replaceChildren(...line.flatMap((span) => [span, " "]));
  const rows = found.patterns.map((pattern) => {
    const row = element("tr", null);
    row.append(
      element("th", pattern.name, { scope: "row" }),
      element("td", phrase(found.tokens, pattern.mains)),
      element("td", signed(pattern.weight)),
      element("td", signed(pattern.score)),
      ...pattern.shares.map((share) => element("td", signed(share))),
    );
    return row;
  });
  document.getElementById("paths").replaceChildren(...rows);
}

function showSize(circle) {
  const size = sizes[Number(circle.dataset.place)];
  for (const other of document.querySelectorAll("#curve circle.size")) other.setAttribute("aria-pressed", other === circle);
  const body = size.patterns.map((pattern) => {
    const item = element("li", null);
    item.append(element("strong", pattern.name + ": "));
    pattern.arcs.forEach((arc) => {
      item.append(`${arc.source} → ${arc.target} `);
      item.append(element("span", `+ ${arc.high.join(", ")}`, { class: "high" }), " ");
      item.append(element("span", `− ${arc.low.join(", ")}`, { class: "low" }), "; ");
    });
    return item;
  });
  const list = element("ul", null);
  list.append(...body);
  const title = `${size.transitions} transitions in ${size.patterns.length} patterns: ${(100 * size.dev).toFixed(1)} % of dev.`;
  document.getElementById("size").replaceChildren(element("p", title), list);
}

const box = document.getElementById("text");
let waiting = 0;
box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => show(box.value), 60);
});
for (const circle of document.querySelectorAll("#curve circle.size")) {
  circle.addEventListener("click", () => showSize(circle));
  circle.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    showSize(circle);
  });
}
if (tokenizer.kind === "none") {
  const said = `The page splits at white space where the model uses ${tokenizer.name}: its answers may differ.`;
  box.after(element("p", said, { id: "other-tokens" }));
}
document.getElementById("try").hidden = false;
show(box.value);
