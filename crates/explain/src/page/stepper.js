// The stepper: the whole run, forward and back, by instruction, line or call, or to a breakpoint.

const breakpoints = new Set();
let current = 0;
let playing = null;

const depthAt = (() => {
  const depths = new Int32Array(steps.length);
  let depth = 0;
  steps.forEach((step, i) => {
    if (step.s) depth = step.s.length;
    depths[i] = depth;
  });
  return index => depths[index];
})();

/** The first step from `from` in direction `by` for which `good` holds; the end otherwise. */
function seek(from, by, good) {
  let i = from + by;
  while (i > 0 && i < steps.length - 1 && !good(i)) i += by;
  return Math.max(0, Math.min(steps.length - 1, i));
}

const MOVES = {
  first: () => 0,
  back: i => Math.max(0, i - 1),
  forward: i => Math.min(steps.length - 1, i + 1),
  lineBack: i => seek(i, -1, j => lineBegins(j) && depthAt(j) <= depthAt(i)),
  lineForward: i => seek(i, 1, j => lineBegins(j) && depthAt(j) <= depthAt(i)),
  intoBack: i => seek(i, -1, lineBegins),
  into: i => seek(i, 1, lineBegins),
  out: i => seek(i, 1, j => depthAt(j) < depthAt(i)),
  outBack: i => seek(i, -1, j => depthAt(j) < depthAt(i)),
  runBack: i => seek(i, -1, j => lineBegins(j) && atBreakpoint(j)),
  run: i => seek(i, 1, j => lineBegins(j) && atBreakpoint(j)),
  last: () => steps.length - 1,
};

function lineBegins(i) {
  const a = steps[i],
    z = steps[i - 1];
  return a.k === "l" || !z || z.f !== a.f || z.l !== a.l;
}
function atBreakpoint(i) {
  return breakpoints.has(`${codeOf(steps[i].f).source}:${steps[i].l}`);
}

/** A value: a link to its object where it is one. */
function valueElement(item, state, changed) {
  const text = valueText(item, state);
  const parts = {title: typeText(item, state)};
  if (typeof item === "number") {
    const object = state.objects.get(item);
    return h(
      "span",
      h(
        changed ? "span.val.ref.changed" : "span.val.ref",
        {
          ...parts,
          tabindex: 0,
          role: "link",
          click: () => {
            location.hash = `objects=${current},${item}`;
          },
          keydown: event => {
            if (event.key === "Enter") location.hash = `objects=${current},${item}`;
          },
        },
        text,
      ),
      object && h("span.count", {title: "reference count"}, object[3] >= 0xffffff ? "immortal" : `${object[3]}×`),
    );
  }
  return h("span", h("span.val" + (item[0] === "n" ? ".none" : "") + (changed ? ".changed" : ""), parts, text));
}

/** What the step's instruction will do, in words, with the state's own values. */
function sentence(step, state) {
  const code = codeOf(step.f);
  const ins = instructionAt(code, step.o);
  if (step.k === "c")
    return [
      mono(code.qualified),
      " is called: a frame with room for ",
      b(code.locals.length),
      " names and a stack of ",
      b(code.stack),
      " was pushed.",
    ];
  if (step.k === "r")
    return [
      mono(code.qualified),
      " returns ",
      step.e !== undefined ? valueElement(step.e, state) : "",
      "; its frame goes, and what only it held is released.",
    ];
  if (step.k === "x")
    return [
      "An exception passes: ",
      step.e !== undefined ? valueElement(step.e, state) : "",
      ". The exception table of ",
      mono(code.qualified),
      " decides where it goes on.",
    ];
  if (!ins) return [];
  const [, name, operand, meaning] = ins;
  const stack = state.stacks.get(step.f) || [];
  const top = stack.length ? valueElement(stack[stack.length - 1], state) : null;
  const below = stack.length > 1 ? valueElement(stack[stack.length - 2], state) : null;
  const names = state.names.get(step.f);
  if (name.startsWith("LOAD_FAST"))
    return [
      "The name ",
      b(meaning),
      " is local: its value is read from slot ",
      b(operand),
      " of the frame, without any search.",
    ];
  if (name.startsWith("STORE_FAST"))
    return ["The top of the stack, ", top, ", is stored in the frame's slot of ", b(meaning), "."];
  if (name === "LOAD_GLOBAL" || name === "LOAD_NAME") {
    const wanted = meaning.split(" ")[0];
    const own = [...state.stack]
      .reverse()
      .flatMap(frame => [...(state.names.get(frame) || [])])
      .find(([text, item]) => texts[text] === wanted && item !== "n");
    return [
      "The name ",
      b(wanted),
      own
        ? [" is found in the namespace, where it is ", valueElement(own[1], state), "."]
        : " is not in the module's namespace shown here, so the built-ins are searched (the place is remembered for the next time).",
    ];
  }
  if (name === "STORE_NAME" || name === "STORE_GLOBAL")
    return ["The value ", top, " is stored under the name ", b(meaning), " in the namespace."];
  if (name.startsWith("LOAD_CONST") || name === "LOAD_SMALL_INT")
    return [
      "The constant ",
      b(meaning || operand),
      " is pushed. It was made when the code was compiled",
      name === "LOAD_SMALL_INT" ? "; an integer needs no object at all." : ".",
    ];
  if (name === "BINARY_OP")
    return [
      below,
      " ",
      b(meaning),
      " ",
      top,
      " is computed",
      typeof stack.at?.(-1) === "string" && typeof stack.at(-2) === "string"
        ? " on the words themselves: neither operand is a heap object, and none is made for the result if it fits."
        : " by the operands' types.",
    ];
  if (name === "COMPARE_OP") return [below, " ", b(meaning), " ", top, " is decided."];
  if (name.startsWith("POP_JUMP"))
    return ["The top of the stack, ", top, ", decides whether to go on at ", b(meaning.replace("to ", "")), "."];
  if (name.startsWith("CALL")) return ["The callable below its ", b(operand ?? ""), " arguments on the stack is called."];
  if (name.startsWith("LOAD_ATTR"))
    return ["The attribute ", b(meaning.split(" ")[0]), " of ", top, " is looked up, first in its type, then in itself."];
  if (name === "STORE_ATTR") return ["The attribute ", b(meaning), " of ", top, " is set to ", below, "."];
  if (name === "FOR_ITER")
    return [
      "The iterator ",
      top,
      " is asked for its next value; at its end the loop goes on at ",
      b(meaning.replace("to ", "")),
      ".",
    ];
  if (name === "RETURN_VALUE") return ["The function will return ", top, "."];
  if (name === "MAKE_FUNCTION") return ["A function object is made from the code object ", top, "."];
  if (name.startsWith("BUILD_"))
    return ["A ", b(name.slice(6).toLowerCase()), " is made of ", b(operand), " values from the stack."];
  if (name === "JUMP_BACKWARD")
    return [
      "Back to offset ",
      b(meaning.replace("to ", "")),
      ". Here signals, other threads and the collector get their turn.",
    ];
  if (name === "RESUME") return ["The code begins (or goes on after a yield)."];
  if (name.startsWith("LOAD_DEREF"))
    return ["The name ", b(meaning), " lies in a cell, which the function shares with another."];
  if (name === "IMPORT_NAME")
    return ["The module ", b(meaning), " is imported: looked up in sys.modules, and found and run if it is not there."];
  if (name === "RAISE_VARARGS") return ["The exception ", top, " is raised."];
  return [mono(name), meaning ? ` (${meaning})` : "", " is about to be executed."];
}

function frameElement(frame, index, state, changed, top) {
  const code = codeOf(frame);
  const locals = state.locals.get(frame) || new Map();
  const names = state.names.get(frame) || new Map();
  const rows = [];
  for (const [slot, item] of [...locals].sort((a, z) => a[0] - z[0]))
    if (item !== "n")
      rows.push([
        code.locals[slot] || `slot ${slot}`,
        code.cells.includes(code.locals[slot]) ? "cell" : code.free.includes(code.locals[slot]) ? "free" : "local",
        item,
        changed.has(`v${frame}.${slot}`),
      ]);
  for (const [name, item] of names) if (item !== "n") rows.push([texts[name], "name", item, changed.has(`g${frame}.${name}`)]);
  const stack = state.stacks.get(frame) || [];
  return h(
    top ? "section.frame.top" : "section.frame",
    {"aria-label": "frame " + code.qualified},
    h("h4", h("span", code.qualified), h("span", `frame ${index}`)),
    rows.length
      ? h(
          "table",
          rows.map(([name, kind, item, is]) =>
            h("tr", h("td", mono(name)), h("td.count", kind), h("td", valueElement(item, state, is))),
          ),
        )
      : h("div.lab", "no names yet"),
    stack.length > 0 &&
      h(
        "div",
        h("div.lab", "operand stack, top first"),
        h(
          "table",
          [...stack]
            .reverse()
            .map(item =>
              h("tr", h("td", item === "n" ? h("span.val.none", "NULL") : valueElement(item, state, changed.has(`p${frame}`)))),
            ),
        ),
      ),
  );
}

function executionView(argument) {
  if (!steps.length) return [h("h2", "Execution"), told("No step of the program was recorded: it ended before it ran.")];
  if (argument !== undefined && argument !== "") current = Math.max(0, Math.min(steps.length - 1, Number(argument) || 0));
  let shownSource = null,
    listing = null,
    code = null,
    codeListing = null;
  const sourceBox = h("div.panel"),
    codeBox = h("div.panel"),
    frames = h("div.frames"),
    says = h("p.note"),
    where = h("span"),
    freedNote = h("p.told"),
    out = h("pre.out", {"aria-label": "Output so far"});
  const slider = h("input", {
    type: "range",
    min: 0,
    max: steps.length - 1,
    value: current,
    "aria-label": "Step",
    input: () => go(Number(slider.value)),
  });
  const stop = () => {
    clearInterval(playing);
    playing = null;
    play.textContent = "▶";
  };
  const play = h(
    "button",
    {
      title: "Play",
      click: () => {
        if (playing) return stop();
        play.textContent = "❚❚";
        playing = setInterval(() => {
          if (!document.contains(slider) || current >= steps.length - 1) return stop();
          go(MOVES.into(current));
        }, 350);
      },
    },
    "▶",
  );
  const button = (move, label, title) => h("button", {title, "data-move": move, click: () => go(MOVES[move](current))}, label);
  const pastOutput = (() => {
    let n = 0,
      text = [],
      index = 0;
    return step => {
      if (step < n) {
        text = [];
        index = 0;
      }
      n = step;
      while (index < record.output.length && record.output[index].step <= step) text.push(record.output[index++]);
      return text;
    };
  })();

  function go(index) {
    current = index;
    const step = steps[index];
    const {state, changed} = stateAt(index);
    slider.value = index;
    const here = codeOf(step.f);
    if (here.source !== shownSource) {
      shownSource = here.source;
      const source = record.sources[shownSource];
      listing = source
        ? sourceListing(source, {
            dotted: line => breakpoints.has(`${here.source}:${line}`),
            dot: line => {
              const key = `${here.source}:${line}`;
              breakpoints.has(key) ? breakpoints.delete(key) : breakpoints.add(key);
            },
            pick: line => {
              const next = steps.findIndex(
                (x, i) => i > current && x.l === line && codeOf(x.f).source === shownSource && lineBegins(i),
              );
              if (next >= 0) go(next);
            },
          })
        : null;
      sourceBox.replaceChildren(...(listing ? [h("div.lab", source.path), listing] : [h("p", "no source")]));
    }
    listing?.at(step.l);
    if (here !== code) {
      code = here;
      codeListing = instructionListing(code);
      codeBox.replaceChildren(h("div.lab", `instructions of ${code.qualified}`), codeListing);
    }
    codeListing.at(step.o);
    const ins = instructionAt(here, step.o);
    where.replaceChildren(
      `step ${(index + 1).toLocaleString("en")} of ${steps.length.toLocaleString("en")}, ${time(step.t)}, line ${step.l}${ins ? ", " + ins[1] : ""}`,
    );
    says.replaceChildren(...h("p", sentence(step, state)).childNodes);
    frames.replaceChildren(
      ...[...state.stack].reverse().map((frame, i) => frameElement(frame, state.stack.length - 1 - i, state, changed, i === 0)),
    );
    freedNote.replaceChildren(
      step.m
        ? `Since the step before, ${count(step.m[0], "object")} ${step.m[0] === 1 ? "was" : "were"} made and ${step.m[1]} freed.`
        : "Since the step before, no object was made or freed.",
      ` So far: ${state.made.toLocaleString("en")} made, ${state.freed.toLocaleString("en")} freed.`,
    );
    out.replaceChildren(
      ...pastOutput(index)
        .slice(-200)
        .map(piece => h(piece.descriptor === 2 ? "span.err" : "span", piece.text)),
    );
    history.replaceState(null, "", `#execution=${index}`);
    for (const element of document.querySelectorAll("[data-move]"))
      element.disabled = element.dataset.move.match(/back|first/i) ? index === 0 : index === steps.length - 1;
  }
  executionView.move = move => {
    if (document.contains(slider)) {
      go(MOVES[move](current));
      return true;
    }
    return false;
  };
  later(() => go(current));
  const cut = record.execution.uncounted > 0;
  return [
    h("h2", "Execution"),
    told(
      "Each step shows the state just before an instruction: the frames, their names and operand stacks, and the objects behind them. ",
      b(count(steps.length, "step")),
      " were recorded in detail, of ",
      b(count(record.execution.calls, "call")),
      " in all. ",
      h("kbd", "←"),
      " ",
      h("kbd", "→"),
      " step, ",
      h("kbd", "↑"),
      " ",
      h("kbd", "↓"),
      " lines, ",
      h("kbd", "o"),
      " out of the call, ",
      h("kbd", "r"),
      " run to a breakpoint (click left of a line to set one).",
    ),
    cut &&
      h(
        "p.note",
        `Detail ends after ${steps.length.toLocaleString("en")} steps (--explain-limit); the rest of the run, ${record.execution.uncounted.toLocaleString("en")} steps, was only counted.`,
      ),
    h(
      "div.controls",
      button("first", "|◀", "First step"),
      button("runBack", "◀◀", "Back to a breakpoint"),
      button("intoBack", "↑ line", "Line before, into calls"),
      button("back", "←", "Step back"),
      play,
      button("forward", "→", "Step"),
      button("into", "line ↓", "Next line, into calls"),
      button("lineForward", "over", "Next line of this frame"),
      button("out", "out", "Out of this call"),
      button("run", "▶▶", "Run to a breakpoint"),
      button("last", "▶|", "Last step"),
      slider,
      where,
    ),
    says,
    h(
      "div.stage",
      h("div", sourceBox, h("div", {style: "height:.8rem"}), codeBox),
      h("div", frames, freedNote, h("div.lab", "output so far"), out),
    ),
  ];
}
