// Elements and texts. Nothing of the record is ever parsed as HTML: values go in as text nodes only.

/** An element: `h("td.n", {title: "…"}, child, …)`; children are elements, texts or lists of them. */
function h(name, ...rest) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  fill(element, rest);
  return element;
}

/** The same for SVG. */
function s(name, ...rest) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  fill(element, rest);
  return element;
}

function fill(element, parts) {
  for (const part of parts.flat(Infinity)) {
    if (part === null || part === undefined || part === false) continue;
    if (part instanceof Node) element.append(part);
    else if (typeof part === "object") {
      for (const [key, value] of Object.entries(part)) {
        if (value === null || value === undefined || value === false) continue;
        if (typeof value === "function") element.addEventListener(key, value);
        else element.setAttribute(key, value === true ? "" : value);
      }
    } else element.append(visible(String(part)));
  }
}

/** A text in which control characters and lone surrogates can be seen. */
function visible(text) {
  return text
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
      c => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0"),
    )
    .replace(
      /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      c => "\\u" + c.charCodeAt(0).toString(16),
    );
}

function table(heads, rows, options = {}) {
  const number = new Set(options.numbers || []);
  const cell = tag => (content, i) => h(tag + (number.has(i) ? ".n" : ""), content);
  return h(
    "div.scroll",
    h(
      "table",
      h("thead", h("tr", heads.map(cell("th")))),
      h(
        "tbody",
        rows.map(row => h("tr", row.map(cell("td")))),
      ),
    ),
  );
}

/** Does something once the view stands in the document and has its size. */
function later(what) {
  setTimeout(what, 0);
}

/** Sentences that explain a view with the run's own values. */
function told(...parts) {
  return h("p.told", parts);
}
function b(text) {
  return h("b", String(text));
}
function mono(text) {
  return h("code", String(text));
}

function count(n, one, many) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many || one + "s"}`;
}

function time(ns) {
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 1)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

function bytes(n) {
  if (n < 1024) return `${n} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let i = -1;
  do {
    n /= 1024;
    i++;
  } while (n >= 1024 && i < 3);
  return `${n.toFixed(n < 10 ? 1 : 0)} ${units[i]}`;
}

function fileName(path) {
  return path.split("/").pop() || path;
}

function linkTo(view, argument, ...label) {
  return h("a", {href: `#${view}${argument === undefined ? "" : "=" + argument}`}, label);
}

/** A list that draws only the rows near what is seen, so that long ones open at once. */
function longList(total, rowHeight, draw) {
  const box = h("div.listing", {tabindex: "0"});
  const above = h("div"),
    below = h("div"),
    middle = h("div");
  box.append(above, middle, below);
  let from = -1,
    to = -1;
  const render = force => {
    const seen = box.clientHeight || 600;
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 40);
    const last = Math.min(total, first + Math.ceil(seen / rowHeight) + 80);
    if (!force && first === from && last === to) return;
    from = first;
    to = last;
    above.style.height = first * rowHeight + "px";
    below.style.height = (total - last) * rowHeight + "px";
    const rows = [];
    for (let i = first; i < last; i++) {
      const row = draw(i);
      row.style.height = rowHeight + "px";
      rows.push(row);
    }
    middle.replaceChildren(...rows);
  };
  box.addEventListener("scroll", () => render(false));
  box.show = index => {
    const top = index * rowHeight,
      seen = box.clientHeight;
    if (top < box.scrollTop + rowHeight || top > box.scrollTop + seen - 3 * rowHeight)
      box.scrollTop = Math.max(0, top - seen / 2);
    render(true);
  };
  box.redraw = () => render(true);
  later(() => render(true));
  return box;
}
