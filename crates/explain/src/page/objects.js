// Objects: what can be reached from a frame or a name at a step, with counts; cycles are marked.

/** Objects in reach of some roots, breadth first, up to a number that can be drawn. */
function reach(state, roots, most) {
  const seen = new Map(),
    queue = [];
  const add = (item, level) => {
    if (typeof item === "number" && !seen.has(item) && state.objects.has(item) && seen.size < most) {
      seen.set(item, level);
      queue.push(item);
    }
  };
  for (const root of roots) add(root, 0);
  for (let i = 0; i < queue.length; i++)
    for (const [, part] of state.objects.get(queue[i])[4]) add(part, seen.get(queue[i]) + 1);
  return seen;
}

/** Objects that can reach themselves. */
function cyclic(state, members) {
  const found = new Set();
  for (const start of members.keys()) {
    const queue = [start],
      seen = new Set();
    while (queue.length) {
      for (const [, part] of state.objects.get(queue.pop())[4]) {
        if (part === start) {
          found.add(start);
          queue.length = 0;
          break;
        }
        if (typeof part === "number" && members.has(part) && !seen.has(part)) {
          seen.add(part);
          queue.push(part);
        }
      }
    }
  }
  return found;
}

function short(text, length) {
  return text.length > length ? text.slice(0, length - 1) + "…" : text;
}

function objectsView(argument) {
  if (!steps.length) return [h("h2", "Objects"), told("No step was recorded, so no object was looked at.")];
  const [at, chosen] = (argument || "").split(",");
  const index = at ? Math.min(steps.length - 1, Number(at) || 0) : current || steps.length - 1;
  current = index;
  const {state} = stateAt(index);
  const rootsOf = frame =>
    [...(state.locals.get(frame) || new Map()).entries()]
      .map(([slot, item]) => [codeOf(frame).locals[slot] || String(slot), item])
      .concat([...(state.names.get(frame) || new Map())].map(([name, item]) => [texts[name], item]))
      .filter(([, item]) => item !== "n");
  const named = state.stack.flatMap(frame => rootsOf(frame).map(([name, item]) => [`${codeOf(frame).name}: ${name}`, item]));
  const roots = chosen ? [[`object ${chosen}`, Number(chosen)]] : named;
  const members = reach(
    state,
    roots.map(([, item]) => item),
    60,
  );
  const loops = cyclic(state, members);
  const width = 176,
    height = 46,
    gapX = 56,
    gapY = 14;
  const levels = [];
  for (const [id, level] of members) (levels[level + 1] ||= []).push(id);
  levels[0] = roots.filter(([, item]) => typeof item === "string" || members.has(item)).slice(0, 40);
  const places = new Map();
  levels.forEach((level, x) =>
    level?.forEach((entry, y) => places.set(x === 0 ? "root" + y : entry, [8 + x * (width + gapX), 8 + y * (height + gapY)])),
  );
  const full = 16 + levels.length * (width + gapX),
    tall = 16 + Math.max(1, ...levels.map(level => level?.length || 0)) * (height + gapY);
  const drawing = s("svg", {
    viewBox: `0 0 ${full} ${tall}`,
    width: full,
    height: tall,
    style: "max-width:none",
    role: "img",
    "aria-label": "Objects and their references",
  });
  const edge = (from, to, label, cycle) => {
    const [ax, ay] = places.get(from),
      [zx, zy] = places.get(to);
    const start = [ax + width, ay + height / 2],
      end = [zx, zy + height / 2];
    const path =
      zx > ax
        ? `M${start} C${start[0] + 30} ${start[1]} ${end[0] - 30} ${end[1]} ${end}`
        : `M${ax + width / 2} ${ay + height} C${ax + width / 2} ${ay + height + 40} ${zx + width / 2} ${zy + height + 40} ${zx + width / 2} ${zy + height}`;
    drawing.append(
      s(cycle ? "path.edge.cycle" : "path.edge", {d: path}),
      label ? s("text.mono.soft", {x: (start[0] + end[0]) / 2 - 12, y: (start[1] + end[1]) / 2 - 3}, short(label, 12)) : "",
    );
  };
  for (const [id] of members)
    for (const [label, part] of state.objects.get(id)[4])
      if (places.has(part)) edge(id, part, texts[label], loops.has(id) && loops.has(part));
  levels[0].forEach(([name, item], y) => {
    const [x, top] = places.get("root" + y);
    drawing.append(
      s("rect", {x, y: top, width, height, rx: 6, fill: "var(--accent-soft)"}),
      s("text", {x: x + 8, y: top + 19, "font-weight": 600}, short(name, 24)),
    );
    if (typeof item === "number") edge("root" + y, item, "");
    else drawing.append(s("text.mono", {x: x + 8, y: top + 37}, short(valueText(item, state), 22)));
  });
  for (const [id] of members) {
    const object = state.objects.get(id),
      [x, y] = places.get(id);
    drawing.append(
      s(
        "a",
        {href: `#objects=${index},${id}`},
        s(loops.has(id) ? "rect.box.cycle" : "rect.box", {x, y, width, height, rx: 6}),
        s("text", {x: x + 8, y: y + 18, "font-weight": 600}, short(texts[object[1]], 16)),
        s(
          "text.soft",
          {x: x + width - 8, y: y + 18, "text-anchor": "end"},
          object[3] >= 0xffffff ? "immortal" : object[3] + "×",
        ),
        s("text.mono", {x: x + 8, y: y + 36}, short(visible(texts[object[2]]), 24)),
      ),
    );
  }
  const plain = roots.filter(([, item]) => typeof item === "string");
  const rows = [...members.keys()]
    .map(id => state.objects.get(id))
    .map(object => [
      linkTo("objects", `${index},${object[0]}`, String(object[0])),
      texts[object[1]],
      mono(texts[object[2]]),
      object[3] >= 0xffffff ? "immortal" : object[3],
      object[4].length + object[5],
    ]);
  return [
    h("h2", "Objects"),
    told(
      "At ",
      linkTo("execution", index, `step ${index + 1}`),
      ", ",
      b(count(members.size, "object")),
      " can be reached from ",
      chosen ? "the chosen one" : "the names of the frames",
      members.size >= 60 ? " (the first sixty are drawn)" : "",
      ". The number in a box is its reference count: at zero it is freed at once. ",
      loops.size
        ? [
            b(count(loops.size, "object")),
            " in red can reach themselves: such a cycle keeps its own counts above zero, so only the cycle collector can free it. ",
          ]
        : "No cycle is among them. ",
      plain.length
        ? [
            mono(plain[0][0] + " = " + valueText(plain[0][1], state)),
            " is no object on the heap at all: the word that names it is the value.",
          ]
        : "",
    ),
    chosen && h("p", linkTo("objects", index, "← all names of this step")),
    h("div.panel.scroll", {style: "max-height:60vh"}, drawing),
    h("h3", "The same as a table"),
    table(["object", "type", "value", "count", "parts"], rows, {numbers: [3, 4]}),
  ];
}
