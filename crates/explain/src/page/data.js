// The record and the state that its steps describe.

const record = JSON.parse(document.getElementById("record").textContent);
const steps = record.execution.steps;
const texts = record.execution.texts;

/** The state before a step: frames, their variables and stacks, objects. Every so many steps a copy is kept, so that going anywhere is quick. */
const KEPT = 256;
const kept = [];

function emptyState() {
  return {stack: [], locals: new Map(), stacks: new Map(), names: new Map(), objects: new Map(), freed: 0, made: 0};
}

function copyState(state) {
  const inner = map => new Map([...map].map(([key, value]) => [key, new Map(value)]));
  return {
    stack: state.stack,
    locals: inner(state.locals),
    stacks: new Map(state.stacks),
    names: inner(state.names),
    objects: new Map(state.objects),
    freed: state.freed,
    made: state.made,
  };
}

function within(map, key) {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map()));
  return inner;
}

/** Applies a step's differences; `changed` takes what they touched. */
function applyStep(state, step, changed) {
  if (step.s) {
    const alive = new Set(step.s);
    for (const frame of state.stack)
      if (!alive.has(frame) && record.frames[frame].to !== null && record.frames[frame].ended !== "") {
        state.locals.delete(frame);
        state.stacks.delete(frame);
        state.names.delete(frame);
      }
    state.stack = step.s;
  }
  for (const [frame, slot, value] of step.v || []) {
    within(state.locals, frame).set(slot, value);
    changed?.add(`v${frame}.${slot}`);
  }
  for (const [frame, values] of step.p || []) {
    state.stacks.set(frame, values);
    changed?.add(`p${frame}`);
  }
  for (const [frame, name, value] of step.g || []) {
    within(state.names, frame).set(name, value);
    changed?.add(`g${frame}.${name}`);
  }
  for (const object of step.h || []) {
    state.objects.set(object[0], object);
    changed?.add(`h${object[0]}`);
  }
  for (const id of step.d || []) state.objects.delete(id);
  if (step.m) {
    state.made += step.m[0];
    state.freed += step.m[1];
  }
}

const built = emptyState();
for (let i = 0; i < steps.length; i++) {
  if (i % KEPT === 0) kept.push(copyState(built));
  applyStep(built, steps[i]);
}

/** The state at a step and the keys of what changed on the way into it. */
function stateAt(index) {
  const state = copyState(kept[Math.floor(index / KEPT)] || emptyState());
  const changed = new Set();
  for (let i = Math.floor(index / KEPT) * KEPT; i <= index && i < steps.length; i++) {
    changed.clear();
    applyStep(state, steps[i], changed);
  }
  return {state, changed};
}

/** Code objects of the program's own files, with their numbers. */
const ownCodes = record.codes.map((code, index) => ({code, index})).filter(({code}) => code.instructions.length > 0);

function codeOf(frame) {
  return record.codes[record.frames[frame].code];
}

const PLAIN = {i: "int", f: "float", c: "constant"};

/** The text of a value, and its type. */
function valueText(item, state) {
  if (typeof item === "number") {
    const object = state.objects.get(item);
    return object ? texts[object[2]] : `object ${item}`;
  }
  return item[0] === "n" ? "unbound" : item.slice(1);
}

function typeText(item, state) {
  if (typeof item === "number") {
    const object = state.objects.get(item);
    return object ? texts[object[1]] : "";
  }
  if (item[0] === "c")
    return (
      {None: "NoneType", True: "bool", False: "bool", Ellipsis: "ellipsis", NotImplemented: "NotImplementedType"}[
        item.slice(1)
      ] || "built-in"
    );
  return PLAIN[item[0]] || "";
}

const total = Math.max(1, record.exit.at, ...record.stages.map(stage => stage.at + stage.took));

/** The instruction of a code object at an offset in bytes. */
function instructionAt(code, offset) {
  return code.instructions.find(ins => ins[0] === offset);
}

function stagesNamed(name) {
  return record.stages.filter(stage => stage.name === name);
}
function stageTime(name) {
  return stagesNamed(name).reduce((sum, stage) => sum + stage.took, 0);
}
