// The operating system's side: command, process, start, system calls, exit.

function commandView() {
  const c = record.command;
  return [
    h("h2", "Command"),
    told(
      "The shell split its line into ",
      b(count(c.arguments.length, "word")),
      ", found the program ",
      mono(c.executable),
      " and asked the kernel for a new process that runs it. The kernel gave it the number ",
      b(c.process),
      " (its parent, the shell or what stood in its place, is ",
      b(c.parent),
      ") and copied the words and ",
      b(count(c.variables, "environment variable")),
      ` (${bytes(c.variable_bytes)}) to the top of its stack.`,
    ),
    table(
      ["word", "text"],
      c.arguments.map((word, i) => [String(i), mono(word)]),
      {numbers: [0]},
    ),
    h("h3", "What Taipan made of it"),
    table(
      ["", ""],
      [
        ["program", `${c.kind} ${c.name}`],
        ["working directory", mono(c.directory)],
        ["began", new Date(c.began * 1000).toISOString()],
        ["platform", c.platform],
        ["Taipan", `${record.taipan}, Python ${record.python}`],
      ],
    ),
  ];
}

const REGIONS = {
  code: "machine instructions of Taipan itself",
  data: "its constants and built-in types, which are never freed",
  heap: "Python's objects and the compiler's trees",
  stack: "native calls; Python's own frames lie in the heap",
  libraries: "the C library and its like",
  anonymous: "arenas of the allocator and threads' stacks",
  kernel: "pages that the kernel lends",
};

function processView() {
  const p = record.process;
  const all = p.regions.reduce((sum, region) => sum + region.bytes, 0) || 1;
  return [
    h("h2", "Process"),
    told(
      "A process is an address space, open files and limits. This one had ",
      b(bytes(all)),
      " of addresses in use when the program began, of which ",
      b(bytes(p.resident_start)),
      " were in memory; at the end it was ",
      b(bytes(p.resident_end)),
      ".",
    ),
    h("h3", "Memory map"),
    table(
      ["region", "size", "mappings", "from", "", "what is there"],
      p.regions.map(r => [
        r.name,
        bytes(r.bytes),
        r.mappings,
        mono(r.from),
        h("div.track", h("div.bar", {style: `width:${Math.max(0.5, (100 * r.bytes) / all)}%`})),
        REGIONS[r.name] || "",
      ]),
      {numbers: [1, 2]},
    ),
    h("h3", "Open files at the start"),
    table(
      ["descriptor", "is"],
      p.descriptors.map(d => [d.number, mono(d.target)]),
      {numbers: [0]},
    ),
    h("h3", "Limits"),
    table(
      ["limit", "soft", "hard", "unit"],
      p.limits.map(l => [l.name, l.soft, l.hard, l.unit]),
    ),
  ];
}

function startupView() {
  const inside = record.stages.filter(stage => stage.inside === "start");
  const longest = inside.reduce((best, stage) => (stage.took > (best?.took ?? -1) ? stage : best), null);
  return [
    h("h2", "Runtime start"),
    told(
      "Before the first line of the program, Taipan built an interpreter in ",
      b(time(stageTime("start"))),
      ". ",
      longest && ["The longest step was ", b(longest.name), ` (${time(longest.took)}). `],
      "The built-in types are part of the executable file and needed no work at all; the standard library lies compiled in it and is loaded module by module when it is imported.",
    ),
    h("div.panel", timeline(inside)),
  ];
}

function callsView(argument) {
  const names = [...new Set(record.calls.map(call => call.name))].sort();
  const pick = h(
    "select",
    {"aria-label": "Which calls"},
    h("option", {value: ""}, "all calls"),
    names.map(name => h("option", {value: name, selected: name === argument}, name)),
  );
  const box = h("div.panel");
  const draw = () => {
    const rows = record.calls.filter(call => !pick.value || call.name === pick.value);
    box.replaceChildren(
      longList(rows.length, 22, i => {
        const call = rows[i];
        return h(
          "div.row",
          h("span.no", String(i + 1)),
          h("span", {style: "width:7rem"}, time(call.at)),
          h("span", {style: "width:9rem"}, call.name),
          h("span", {style: "width:34rem;overflow:hidden;text-overflow:ellipsis", title: call.subject}, call.subject),
          h("span", call.result),
          call.step !== null && h("span", "  ", linkTo("execution", call.step, "step " + (call.step + 1))),
        );
      }),
    );
  };
  pick.addEventListener("change", draw);
  draw();
  const reads = record.calls.filter(call => call.name === "write");
  return [
    h("h2", "System calls"),
    told(
      "A program reaches the world only through its operating system. This run made ",
      b(count(record.calls.length + record.calls_unlisted, "call")),
      " that the host interface saw, ",
      b(reads.length),
      " of them writes.",
      record.calls_unlisted ? ` The last ${record.calls_unlisted} are not listed.` : "",
      " Python's buffers collect small writes, which is why there are fewer writes than calls of print.",
    ),
    pick,
    box,
  ];
}

function outputView() {
  return [
    h("h2", "Output"),
    told(
      "What the program wrote, in the order in which it reached the operating system. Text for standard error is marked. Each piece is linked to the step during which the buffer was flushed.",
    ),
    ...record.output.map(piece =>
      h(
        "div",
        linkTo("execution", piece.step, `step ${piece.step + 1}, descriptor ${piece.descriptor}`),
        h(piece.descriptor === 2 ? "pre.out.err" : "pre.out", piece.text),
      ),
    ),
    !record.output.length && h("p", "Nothing was written."),
  ];
}

function exitView() {
  const e = record.exit;
  const how =
    {
      end: "The program ran to its last line",
      SystemExit: "The program asked to end (SystemExit)",
      exception: "An exception reached the top",
      KeyboardInterrupt: "The program was interrupted (Ctrl-C)",
      "os._exit": "The program ended the process at once (os._exit), without any clean-up",
    }[e.how] || e.how;
  return [
    h("h2", "Exit"),
    told(
      how,
      ". ",
      "The interpreter then ran what ",
      mono("atexit"),
      " had registered, waited for threads, cleared the modules and released their objects: ",
      b(count(e.alive_before, "object")),
      " lived before, ",
      b(e.alive_after),
      " after. The shell got status ",
      b(e.status),
      e.status === 0 ? ", which means success." : ", which means that something went wrong or was asked for.",
    ),
    h("div.panel", timeline(e.steps.length ? e.steps : record.stages.filter(stage => stage.name === "shutdown"))),
  ];
}
