// The virtual machine's side: imports, memory, threads, exceptions, time.

function importsView() {
  const children = new Map();
  record.imports.forEach((item, i) => {
    const key = item.inside;
    if (!children.has(key)) children.set(key, []);
    children.get(key).push(i);
  });
  const most = Math.max(1, ...record.imports.map(item => item.took));
  const draw = (i, level) => {
    const item = record.imports[i],
      inner = children.get(i) || [];
    const label = [
      b(item.name),
      h("i", `  ${item.how}, ${time(item.took)}  `),
      h("span.track", {style: "display:inline-block;width:8rem"}, h("span.bar", {style: `width:${(100 * item.took) / most}%`})),
      item.origin && h("i", "  " + item.origin),
    ];
    return inner.length
      ? h(
          "details",
          level < 1 && {open: true},
          h("summary", label),
          inner.map(child => draw(child, level + 1)),
        )
      : h("div.leaf", label);
  };
  const by = how => record.imports.filter(item => item.how === how).length;
  const slow = [...record.imports].sort((a, z) => z.took - a.took)[0];
  return [
    h("h2", "Imports"),
    told(
      "An import looks its module up in ",
      mono("sys.modules"),
      "; if it is not there, finders are asked in turn, and the module's code runs once. Of ",
      b(count(record.imports.length, "module")),
      ", ",
      b(by("frozen")),
      " came from the library inside the executable, ",
      b(by("built-in")),
      " are native, ",
      b(by("file") + by("cached file")),
      " came from files",
      slow ? [". The longest took ", b(time(slow.took)), ": ", mono(slow.name)] : "",
      ".",
    ),
    h(
      "div.tree.panel",
      (children.get(null) || []).map(i => draw(i, 0)),
    ),
  ];
}

function memoryView() {
  const m = record.memory,
    width = 900,
    height = 170;
  const most = Math.max(1, ...m.curve.map(([, alive]) => alive));
  const x = at => 8 + ((width - 16) * at) / total,
    y = alive => height - 18 - ((height - 36) * alive) / most;
  const drawing = s("svg", {viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": "Objects alive over time"});
  if (m.curve.length)
    drawing.append(
      s("path", {
        d: "M" + m.curve.map(([at, alive]) => `${x(at).toFixed(1)} ${y(alive).toFixed(1)}`).join("L"),
        fill: "none",
        stroke: "var(--accent)",
        "stroke-width": 2,
      }),
    );
  for (const item of m.collections)
    drawing.append(
      s("line", {x1: x(item.at), x2: x(item.at), y1: 10, y2: height - 18, stroke: "var(--bad)", "stroke-dasharray": "3 3"}),
    );
  drawing.append(
    s("text.soft", {x: 8, y: 12}, `${most.toLocaleString("en")} objects`),
    s("text.soft", {x: 8, y: height - 4}, "0"),
    s("text.soft", {x: width - 8, y: height - 4, "text-anchor": "end"}, time(total)),
  );
  const kind = m.types[0];
  return [
    h("h2", "Memory"),
    told(
      "While the program ran, ",
      b(count(m.made, "object")),
      " were made and ",
      b(count(m.freed, "object")),
      " freed, nearly all at the moment when their count reached zero. ",
      kind && ["The commonest type was ", b(kind[0]), ` (${kind[1].toLocaleString("en")}). `],
      "Integers that fit 63 bits and most floats are not among them: they need no object. The collector ran ",
      b(count(m.collections.length, "time")),
      ".",
    ),
    h("div.panel.scroll", drawing),
    m.collections.length > 0 && [
      h("h3", "Collections"),
      table(
        ["when", "took", "generation", "freed", "cause"],
        m.collections.map(item => [time(item.at), time(item.took), item.generation, item.found, item.cause]),
        {numbers: [0, 1, 2, 3]},
      ),
    ],
    h("h3", "Objects made, by type"),
    table(
      ["type", "made", "bytes", ""],
      m.types
        .slice(0, 60)
        .map(([name, n, size]) => [
          mono(name),
          n.toLocaleString("en"),
          bytes(size),
          h("div.track", h("div.bar", {style: `width:${(100 * n) / (kind ? kind[1] : 1)}%`})),
        ]),
      {numbers: [1, 2]},
    ),
  ];
}

function threadsView() {
  const width = 960,
    row = 44,
    left = 150;
  const drawing = s("svg", {
    viewBox: `0 0 ${width} ${20 + row * record.threads.length}`,
    width,
    role: "img",
    "aria-label": "Threads over time",
  });
  const x = at => left + ((width - left - 10) * at) / total;
  record.threads.forEach((thread, i) => {
    const y = 12 + i * row;
    drawing.append(
      s("text", {x: 6, y: y + 17}, short(thread.name || "thread", 20)),
      s("line", {x1: left, x2: width - 10, y1: y + 12, y2: y + 12, stroke: "var(--line)"}),
    );
    for (const [from, to] of thread.held)
      drawing.append(
        s(
          "rect",
          {x: x(from), y: y + 3, width: Math.max(1, x(to) - x(from)), height: 18, fill: "var(--accent)"},
          s("title", `held the lock for ${time(to - from)}`),
        ),
      );
    for (const [from, to, name] of thread.blocked)
      drawing.append(
        s(
          "rect",
          {x: x(from), y: y + 8, width: Math.max(1, x(to) - x(from)), height: 8, fill: "var(--mark-line)"},
          s("title", `${name}: ${time(to - from)}`),
        ),
      );
  });
  const switches = record.threads.reduce((sum, thread) => sum + thread.held.length, 0);
  return [
    h("h2", "Threads"),
    told(
      "Python code runs only in the thread that holds its interpreter's lock (green). A thread gives it up when a call may block (amber) and, if others wait, every few milliseconds. Here ",
      b(count(record.threads.length, "thread")),
      " took it ",
      b(count(switches, "time")),
      ".",
    ),
    h("div.panel.scroll", drawing),
    table(
      ["thread", "held the lock for", "times", "waited in calls for"],
      record.threads.map(thread => [
        thread.name,
        time(thread.held.reduce((sum, [from, to]) => sum + to - from, 0)),
        thread.held.length,
        time(thread.blocked.reduce((sum, [from, to]) => sum + to - from, 0)),
      ]),
      {numbers: [1, 2, 3]},
    ),
  ];
}

function exceptionsView() {
  return [
    h("h2", "Exceptions"),
    told(
      "When something is raised, the interpreter asks each frame's exception table in turn, innermost first; a frame without a handler for the place is left. Here ",
      b(count(record.exceptions.length, "exception")),
      " ",
      record.exceptions.length === 1 ? "was" : "were",
      " raised in the recorded part, ",
      b(record.exceptions.filter(item => item.passed.some(([, , caught]) => caught)).length),
      " of them handled in Python code.",
    ),
    record.exceptions.slice(0, 500).map(item =>
      h(
        "div.panel",
        {style: "margin-bottom:.6rem"},
        b(item.text),
        " ",
        item.step !== null && linkTo("execution", item.step, `step ${item.step + 1}`),
        table(
          ["frame", "line", ""],
          item.passed.map(([frame, line, caught]) => [
            mono(codeOf(frame).qualified),
            line,
            caught ? h("span.chip.good", "handler takes it") : h("span.chip.bad", "frame is left"),
          ]),
          {numbers: [1]},
        ),
      ),
    ),
    !record.exceptions.length && h("p", "Nothing was raised in the program's own code."),
  ];
}

function timeView() {
  const t = record.time;
  const all = t.functions.reduce((sum, [, , own]) => sum + own, 0) || 1;
  const totals = t.tree.map(node => node[3]);
  for (let i = t.tree.length - 1; i >= 0; i--) if (t.tree[i][1] !== null) totals[t.tree[i][1]] += totals[i];
  const kids = t.tree.map(() => []);
  t.tree.forEach((node, i) => {
    if (node[1] !== null) kids[node[1]].push(i);
  });
  const roots = t.tree.map((node, i) => (node[1] === null ? i : -1)).filter(i => i >= 0);
  const width = 960,
    row = 20;
  const flame = s("svg.flame", {width, role: "img", "aria-label": "Flame graph"});
  const colour = code => {
    let n = 0;
    for (const c of record.codes[code].qualified) n = (n * 31 + c.charCodeAt(0)) % 360;
    return `hsl(${20 + (n % 60)} 75% 68%)`;
  };
  const draw = only => {
    const parts = [];
    let deepest = 0;
    const walk = (i, x, scale, level) => {
      const w = totals[i] * scale;
      if (w < 0.6 || level > 60) return;
      deepest = Math.max(deepest, level);
      const name = record.codes[t.tree[i][0]].qualified;
      parts.push(
        s(
          "rect",
          {x, y: level * row, width: w, height: row - 1, fill: colour(t.tree[i][0]), click: () => draw([i])},
          s("title", `${name}: ${time(totals[i])} in ${count(t.tree[i][2], "call")}, ${time(t.tree[i][3])} in itself`),
        ),
      );
      if (w > 40) parts.push(s("text.mono", {x: x + 4, y: level * row + 14}, short(name, Math.floor(w / 7))));
      let at = x;
      for (const kid of [...kids[i]].sort((a, z) => totals[z] - totals[a])) {
        walk(kid, at, scale, level + 1);
        at += totals[kid] * scale;
      }
    };
    const sum = only.reduce((a, i) => a + totals[i], 0) || 1;
    let at = 0;
    for (const i of only) {
      walk(i, at, width / sum, 0);
      at += (totals[i] * width) / sum;
    }
    flame.setAttribute("viewBox", `0 0 ${width} ${(deepest + 1) * row}`);
    flame.setAttribute("height", (deepest + 1) * row);
    flame.replaceChildren(...parts);
  };
  draw(roots);
  const slow = [...t.functions].sort((a, z) => z[2] - a[2]);
  const lines = [...t.lines].sort((a, z) => z[3] - a[3]).slice(0, 40);
  const text = (file, line) => (record.sources[file]?.text.split("\n")[line - 1] || "").trim();
  return [
    h("h2", "Time"),
    told(
      "Recording slows a program down, so read these as shares. ",
      slow[0] && [
        b(record.codes[slow[0][0]].qualified),
        " took ",
        b(`${Math.round((100 * slow[0][2]) / all)} %`),
        " of the time in Python code, in ",
        b(count(slow[0][1], "call")),
        ". ",
      ],
      "Click a bar to look into it.",
    ),
    h("h3", "By stage"),
    h("div.panel", timeline(record.stages.filter(stage => stage.inside === null))),
    h("h3", "By call"),
    h("p", h("button", {click: () => draw(roots)}, "whole run")),
    h("div.panel.scroll", flame),
    h("h3", "By function"),
    table(
      ["function", "calls", "in itself", "with callees"],
      slow
        .slice(0, 40)
        .map(([code, calls, own, sum]) => [
          linkTo("bytecode", code, record.codes[code].qualified),
          calls.toLocaleString("en"),
          time(own),
          time(sum),
        ]),
      {numbers: [1, 2, 3]},
    ),
    h("h3", "By line"),
    table(
      ["line", "times", "time", ""],
      lines.map(([file, line, times, ns]) => [
        `${fileName(record.sources[file]?.path || "")}:${line}`,
        times.toLocaleString("en"),
        time(ns),
        mono(text(file, line)),
      ]),
      {numbers: [1, 2]},
    ),
  ];
}
