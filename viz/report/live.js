"use strict";
// Runs the automata of the page on any text. No network, no library; `element` is that of sizes.js.

const data = JSON.parse(document.getElementById("model").textContent);

// ---- the model -----------------------------------------------------------------------------------------------------

const bytes = Uint8Array.from(atob(data.numbers.base64), (c) => c.charCodeAt(0));
const places = new Map(data.words.map((word, place) => [word, place]));
const unknown = new Set(data.unknown);

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
    const terms = weight.softmax.map((term) => evaluate(term, word));
    const powers = terms.map((term) => Math.exp(term - Math.max(...terms)));
    return powers[weight.place] / powers.reduce((sum, power) => sum + power, 0);
  }
  if ("product" in weight) return weight.product.reduce((done, factor) => done * evaluate(factor, word), 1);
  return weight.sum.reduce((done, term) => done + evaluate(term, word), 0);
}

// [t][i]: the weight of arc i on token t.
const arcWeights = (automaton, ids) => ids.map((id) => automaton.arcs.map((arc) => evaluate(arc[3], id)));

// The automaton with its states numbered 0, 1, …: ends of arcs, initial and final weights by number.
function numbered(automaton) {
  const numbers = new Map();
  const number = (state) => numbers.get(state) ?? numbers.set(state, numbers.size).size - 1;
  const arcs = automaton.arcs.map(([source, , target]) => ({ source: number(source), target: number(target) }));
  const [initial, final] = [automaton.initial, automaton.final].map((ends) => ends.map(([q, w]) => [number(q), evaluate(w, 0)]));
  const vector = (ends) => ends.reduce((done, [q, w]) => done.fill(w, q, q + 1), new Float64Array(numbers.size));
  return { arcs, main: arcs.map(({ source, target }) => source !== target), initial: vector(initial), final: vector(final) };
}

// One token further: [state] → [state]; `mains`: may main arcs read it?
function step(machine, chart, row, mains = true) {
  const next = new Float64Array(chart.length);
  for (let i = 0; i < row.length; i++) {
    if (mains || !machine.main[i]) next[machine.arcs[i].target] += chart[machine.arcs[i].source] * row[i];
  }
  return next;
}

const dot = (a, b) => a.reduce((sum, value, q) => sum + value * b[q], 0);

// What is read out of the pathsums of all prefixes, the empty one first.
const readouts = {
  end: (sums) => sums[sums.length - 1],
  anywhere: (sums) => sums.slice(1).reduce((done, sum) => done + sum, 0) / Math.sqrt(sums.length - 1),
  best: (sums) => sums.slice(1).reduce((done, sum) => Math.max(done, sum), -Infinity),
};
const readout = data.readout || "end";
const readOut = (sums) => (sums.length > 1 ? readouts[readout](sums) : sums[0]);

// {score, without: [t]}: the score of a text, and what it is when no main arc may read token t.
function scores(machine, weights) {
  const charts = [machine.initial];
  weights.forEach((row, t) => charts.push(step(machine, charts[t], row)));
  const sums = charts.map((chart) => dot(chart, machine.final));
  const without = weights.map((_, t) => {
    const changed = sums.slice();
    let chart = charts[t];
    for (let u = t; u < weights.length; u++) {
      chart = step(machine, chart, weights[u], u !== t);
      changed[u + 1] = dot(chart, machine.final);
    }
    return readOut(changed);
  });
  return { score: readOut(sums), without };
}

// The path of largest size that ends where the readout looks, {weight, mains: [t], end}: at the end of the text, or at
// any token. Both ends are carried, since signs turn them.
function bestPath(machine, weights) {
  const way = (weight, link) => ({ weight, link });
  let chart = Array.from(machine.initial, (w) => (w ? [way(w, null), way(w, null)] : null));
  let best = { weight: 0, link: null, end: weights.length };
  const look = (end) => chart.forEach((ways, q) => {
    for (const { weight, link } of ways || []) {
      const total = weight * machine.final[q];
      if (Math.abs(total) > Math.abs(best.weight)) best = { weight: total, link, end };
    }
  });
  if (!weights.length) look(0);
  weights.forEach((row, t) => {
    const next = chart.map(() => null);
    machine.arcs.forEach(({ source, target }, i) => {
      for (const last of chart[source] || []) {
        const now = way(last.weight * row[i], { last, t, main: machine.main[i] });
        const [low, high] = next[target] || [now, now];
        next[target] = [now.weight < low.weight ? now : low, now.weight > high.weight ? now : high];
      }
    });
    chart = next;
    if (readout !== "end" || t === weights.length - 1) look(t + 1);
  });
  const mains = [];
  for (let link = best.link; link; link = link.last.link) if (link.main) mains.unshift(link.t);
  return { weight: best.weight, mains, end: best.end };
}

const activations = { tanh: Math.tanh, relu: (score) => Math.max(0, score), none: (score) => score };
const activate = activations[data.activation];

function run(text) {
  const tokens = tokenize(text);
  const ids = tokens.map((token) => (places.has(token) ? places.get(token) : 0));
  const logits = [...data.class_biases];
  const effects = tokens.map(() => logits.map(() => 0));
  const patterns = Object.entries(data.automata).map(([name, automaton], p) => {
    const machine = numbered(automaton);
    const weights = arcWeights(automaton, ids);
    const { score, without } = scores(machine, weights);
    const shares = data.class_weights.map((row) => row[p] * activate(score));
    shares.forEach((share, label) => (logits[label] += share));
    without.forEach((less, t) => {
      const lost = activate(score) - activate(less);
      data.class_weights.forEach((weight, label) => (effects[t][label] += weight[p] * lost));
    });
    return { name, score, shares, ...bestPath(machine, weights) };
  });
  return { tokens, known: tokens.map((token, t) => places.has(token) && !unknown.has(ids[t])), logits, effects, patterns };
}

// ---- the page ------------------------------------------------------------------------------------------------------

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);

// The words of a path that ends before token `end`, each in its own direction, and together in that of the first.
function phrase(tokens, mains, end) {
  const made = element("bdi", null);
  const word = (token) => made.append(element("span", token, { class: "word" }));
  const add = (read) => {
    if (read.length > 2) made.append("…", " ");
    else for (const token of read) { word(token); made.append("ₛₗ", " "); }
  };
  mains.forEach((t, k) => {
    add(k ? tokens.slice(mains[k - 1] + 1, t) : []);
    word(tokens[t]);
    made.append(" ");
  });
  add(mains.length ? tokens.slice(mains[mains.length - 1] + 1, end) : []);
  return made;
}

// From here on a word is marked, weakly and strongly, by what it adds to the lead: logits, alike for every text.
const WEAK = 0.1;
const STRONG = 0.5;
// Up to so many classes have a column each; of more, the first of the decision have.
const COLUMNS = 4;

const cell = (text, attributes = {}) => element("td", text, attributes);

// A word or a phrase in its own direction.
function isolated(kind, text, attributes = {}) {
  const made = element(kind, null, attributes);
  made.append(element("bdi", text, text.length > 12 ? { class: "long" } : {}));
  return made;
}

function showDecision(found, order) {
  const total = found.logits.reduce((sum, z) => sum + Math.exp(z - found.logits[order[0]]), 0);
  const strong = isolated("strong", data.labels[order[0]]);
  const others = order.slice(0, 5).flatMap((label, place) => [place ? ", " : "", element("bdi", data.labels[label]), ` ${signed(found.logits[label])}`]);
  const more = order.length > 5 ? [`, and ${order.length - 5} lower ones`] : [];
  const decision = document.getElementById("decision");
  decision.replaceChildren(strong, ` at ${(100 / total).toFixed(0)} %: `, ...others, ...more);
  decision.dataset.logits = JSON.stringify(found.logits);
  decision.dataset.label = data.labels[order[0]];
}

function showTokens(found, order) {
  const next = order.length > 1 ? order[1] : order[0];
  const spans = found.tokens.map((token, t) => {
    const lead = found.effects[t][order[0]] - found.effects[t][next];
    const size = Math.abs(lead);
    const level = size < WEAK ? "" : (lead > 0 ? "for" : "against") + (size < STRONG ? " weak" : "");
    const title = `${signed(lead)} for ${data.labels[order[0]]}` + (found.known[t] ? "" : "; no vector");
    return element("span", token, { class: `token ${level}${found.known[t] ? "" : " unknown"}`, title });
  });
  document.getElementById("tokens").replaceChildren(...spans.flatMap((span) => [span, " "]));
}

function showPatterns(found, order) {
  const labels = order.length > COLUMNS ? order.slice(0, COLUMNS - 1) : order.map((_, label) => label);
  const numbers = (values) => labels.map((label) => cell(signed(values[label])));
  const row = (attributes, ...cells) => {
    const made = element("tr", null, attributes);
    made.append(...cells);
    return made;
  };
  const path = (words) => {
    const made = cell(null);
    made.append(words);
    return made;
  };
  const name = (text) => element("th", text, { scope: "row" });
  const heads = ["pattern", "best path", "its weight", "score"].map((text, place) =>
    element("th", text, place > 1 ? { scope: "col", class: "detail" } : { scope: "col" }));
  heads.push(...labels.map((label) => isolated("th", data.labels[label], { scope: "col" })));
  document.getElementById("heads").replaceChildren(row({}, ...heads));
  const moved = ({ shares }) => Math.abs(shares[order[0]] - shares[order.length > 1 ? order[1] : order[0]]);
  const rows = [...found.patterns].sort((a, b) => moved(b) - moved(a)).map((pattern) => row({},
    name(pattern.name),
    path(phrase(found.tokens, pattern.mains, pattern.end)),
    cell(signed(pattern.weight), { class: "detail" }),
    cell(signed(pattern.score), { class: "detail" }),
    ...numbers(pattern.shares)));
  const sums = [["bias", data.class_biases, ""], ["logit", found.logits, "sum"]].map(([text, values, kind]) =>
    row({ class: kind }, name(text), cell(""), cell("", { class: "detail" }), cell("", { class: "detail" }), ...numbers(values)));
  document.getElementById("paths").replaceChildren(...rows, ...sums);
}

function show(text) {
  const found = run(text);
  const order = found.logits.map((_, label) => label).sort((a, b) => found.logits[b] - found.logits[a]);
  showDecision(found, order);
  showTokens(found, order);
  showPatterns(found, order);
  busy(false);
}

// Between a key and its answer: who has the decision read aloud waits for it.
function busy(isBusy) {
  document.getElementById("decision").setAttribute("aria-busy", isBusy);
}

const box = document.getElementById("text");
let waiting = 0;
box.addEventListener("input", () => {
  clearTimeout(waiting);
  busy(true);
  waiting = setTimeout(() => show(box.value), 60);
});
if (tokenizer.kind === "none") {
  const said = `The page splits at white space where the model uses ${tokenizer.name}: its answers may differ.`;
  box.after(element("p", said, { id: "other-tokens" }));
}
document.getElementById("try").hidden = false;
show(box.value);
