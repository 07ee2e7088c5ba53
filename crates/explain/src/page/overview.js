// The first view: the program's way from the shell to its exit, as a flowchart with the run's times and counts.

const LAYERS = [
  ["app", "Application"],
  ["compiler", "Compiler"],
  ["vm", "Virtual machine"],
  ["os", "Operating system"],
];

/** The boxes: view, title, layer, column, what its second line says. */
function boxes() {
  const main = record.sources[0];
  const perSource = get => record.sources.reduce((sum, source) => sum + get(source), 0);
  const nodes = tree => (tree ? 1 + (tree.nodes || []).reduce((sum, [, node]) => sum + nodes(node), 0) : 0);
  return [
    ["command", "Command", "os", 0, `pid ${record.command.process}`],
    ["process", "Process", "os", 1, count(record.process.regions.length, "region")],
    ["startup", "Runtime start", "vm", 1, time(stageTime("start"))],
    ["source", "Source", "app", 2, main ? `${count(main.text.split("\n").length, "line")}, ${main.encoding}` : "none"],
    [
      "tokens",
      "Tokens",
      "compiler",
      2,
      count(
        perSource(x => x.tokens.length),
        "token",
      ),
    ],
    [
      "tree",
      "Syntax tree",
      "compiler",
      3,
      count(
        perSource(x => nodes(x.tree)),
        "node",
      ),
    ],
    [
      "scopes",
      "Scopes",
      "compiler",
      4,
      count(
        perSource(x => x.scopes.length),
        "block",
      ),
    ],
    ["bytecode", "Bytecode", "compiler", 5, count(ownCodes.length, "code object")],
    ["pyc", ".pyc files", "compiler", 6, count(record.caches.length, "file")],
    ["imports", "Imports", "vm", 3, count(record.imports.length, "module")],
    ["execution", "Execution", "vm", 4, `${count(steps.length, "step")}`],
    ["objects", "Objects", "vm", 5, `${record.memory.made.toLocaleString("en")} made`],
    ["memory", "Memory", "vm", 6, `${count(record.memory.collections.length, "collection")}`],
    ["threads", "Threads", "vm", 7, count(record.threads.length, "thread")],
    ["exceptions", "Exceptions", "app", 4, count(record.exceptions.length, "exception")],
    ["output", "Output", "app", 5, bytes(record.output.reduce((sum, x) => sum + x.text.length, 0))],
    ["calls", "System calls", "os", 5, count(record.calls.length + record.calls_unlisted, "call")],
    ["time", "Time", "app", 6, time(total)],
    ["exit", "Exit", "os", 7, `status ${record.exit.status}`],
  ];
}

const FLOW = [
  ["command", "process"],
  ["process", "startup"],
  ["startup", "source"],
  ["source", "tokens"],
  ["tokens", "tree"],
  ["tree", "scopes"],
  ["scopes", "bytecode"],
  ["bytecode", "pyc"],
  ["bytecode", "execution"],
  ["imports", "execution"],
  ["execution", "objects"],
  ["execution", "exceptions"],
  ["execution", "output"],
  ["output", "calls"],
  ["objects", "memory"],
  ["memory", "threads"],
  ["threads", "exit"],
  ["calls", "exit"],
];

function overviewView() {
  const cell = 148,
    width = 132,
    height = 50,
    lane = 92,
    left = 24;
  const all = boxes();
  const place = new Map(
    all.map(([id, , layer, column]) => {
      const row = LAYERS.findIndex(([name]) => name === layer);
      return [id, {x: left + column * cell, y: 26 + row * lane}];
    }),
  );
  const full = left + 8 * cell,
    tall = 26 + LAYERS.length * lane;
  const drawing = s("svg", {
    viewBox: `0 0 ${full} ${tall}`,
    width: full,
    role: "img",
    "aria-label": "The program's way from command to exit",
  });
  drawing.append(
    s(
      "defs",
      s(
        "marker",
        {id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto"},
        s("path", {d: "M0 0 8 4 0 8z", fill: "var(--soft)"}),
      ),
    ),
  );
  LAYERS.forEach(([name, title], row) => {
    drawing.append(
      s("rect", {x: 0, y: 8 + row * lane, width: full, height: lane - 6, rx: 8, fill: `var(--${name})`, opacity: 0.07}),
      s("text.soft", {x: 8, y: 21 + row * lane}, title),
    );
  });
  for (const [from, to] of FLOW) {
    const a = place.get(from),
      z = place.get(to);
    const start = a.x < z.x ? [a.x + width, a.y + height / 2] : [a.x + width / 2, a.y < z.y ? a.y + height : a.y];
    const end = a.x < z.x ? [z.x, z.y + height / 2] : [z.x + width / 2, a.y < z.y ? z.y : z.y + height];
    const middle = (start[0] + end[0]) / 2;
    const path = a.x < z.x ? `M${start} C${middle} ${start[1]} ${middle} ${end[1]} ${end}` : `M${start} L${end}`;
    drawing.append(s("path.edge", {d: path, "marker-end": "url(#arrow)"}));
  }
  for (const [id, title, layer, , line] of all) {
    const {x, y} = place.get(id);
    drawing.append(
      s(
        "a",
        {href: "#" + id},
        s("rect.box", {x, y, width, height, rx: 7}),
        s("rect", {x, y, width: 4, height, rx: 2, fill: `var(--${layer})`}),
        s("text", {x: x + 13, y: y + 20, "font-weight": 600}, title),
        s("text.soft", {x: x + 13, y: y + 38}, line),
      ),
    );
  }
  const stages = record.stages.filter(stage => stage.inside === null);
  return [
    h("h2", "The life of this run"),
    told(
      "The shell started ",
      mono(record.command.arguments.join(" ")),
      " as process ",
      b(record.command.process),
      ". Taipan was ready after ",
      b(time(stageTime("start"))),
      ", compiled ",
      b(count(record.sources.length, "file")),
      " of the program in ",
      b(time(stageTime("compile"))),
      ", ran it for ",
      b(time(stageTime("run"))),
      " and ended with status ",
      b(record.exit.status),
      ". Open a box to see that stage.",
    ),
    h("div.scroll", drawing),
    h("h3", "Stages in time"),
    h("div.panel", timeline(stages)),
  ];
}

/** Bars over the whole run, one row a stage. */
function timeline(rows) {
  return table(
    ["stage", "from", "took", ""],
    rows.map(row => [
      row.name + (row.note ? ` (${row.note})` : ""),
      time(row.at),
      time(row.took),
      h(
        "div.track",
        h("div.bar", {style: `left:${(100 * row.at) / total}%;width:${Math.max(0.3, (100 * row.took) / total)}%`}),
      ),
    ]),
    {numbers: [1, 2]},
  );
}
