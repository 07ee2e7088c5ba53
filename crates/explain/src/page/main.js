// Navigation: the address names the view (`#execution=12`), the list of stages leads to each, the search finds names and lines.

const VIEWS = [
  ["overview", "Overview", null, overviewView],
  ["command", "Command", "os", commandView],
  ["process", "Process", "os", processView],
  ["startup", "Runtime start", "vm", startupView],
  ["source", "Source", "app", sourceView],
  ["tokens", "Tokens", "compiler", tokensView],
  ["tree", "Syntax tree", "compiler", treeView],
  ["scopes", "Scopes", "compiler", scopesView],
  ["bytecode", "Bytecode", "compiler", bytecodeView],
  ["pyc", ".pyc files", "compiler", pycView],
  ["imports", "Imports", "vm", importsView],
  ["execution", "Execution", "vm", executionView],
  ["objects", "Objects", "vm", objectsView],
  ["memory", "Memory", "vm", memoryView],
  ["threads", "Threads", "vm", threadsView],
  ["exceptions", "Exceptions", "vm", exceptionsView],
  ["output", "Output", "app", outputView],
  ["calls", "System calls", "os", callsView],
  ["time", "Time", "app", timeView],
  ["exit", "Exit", "os", exitView],
];

const view = document.getElementById("view"),
  nav = document.getElementById("nav");

function show() {
  const [name, argument] = location.hash.slice(1).split("=");
  const entry = VIEWS.find(([id]) => id === name) || VIEWS[0];
  for (const link of nav.querySelectorAll("a"))
    link.hash === "#" + entry[0] ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  view.replaceChildren(...h("div", entry[3](argument)).childNodes);
  view.dataset.view = entry[0];
  view.scrollTop = 0;
}

function buildNav() {
  const lines = new Map(boxes().map(([id, , , , line]) => [id, line]));
  const link = ([id, title]) => h("a", {href: "#" + id}, h("span", title), h("small", lines.get(id)?.split(", ")[0] || ""));
  nav.append(link(VIEWS[0]));
  for (const [layer, title] of LAYERS) nav.append(h("h2", title), ...VIEWS.filter(entry => entry[2] === layer).map(link));
}

/** Places that match: code objects, imports, source lines, exceptions. */
function find(text) {
  const wanted = text.toLowerCase(),
    found = [];
  const add = (hash, label, note) => found.length < 60 && found.push([hash, label, note]);
  VIEWS.forEach(([id, title]) => title.toLowerCase().includes(wanted) && add(id, title, "view"));
  record.codes.forEach(
    (code, i) =>
      code.qualified.toLowerCase().includes(wanted) &&
      add(`bytecode=${i}`, code.qualified, `code, ${fileName(code.file)}:${code.line}`),
  );
  record.imports.forEach(item => item.name.toLowerCase().includes(wanted) && add("imports", item.name, "import"));
  record.exceptions.forEach(item => item.text.toLowerCase().includes(wanted) && add("exceptions", item.text, "exception"));
  record.sources.forEach((source, file) =>
    source.text.split("\n").forEach((line, i) => {
      if (!line.toLowerCase().includes(wanted)) return;
      const step = steps.findIndex(x => x.l === i + 1 && codeOf(x.f).source === file);
      add(
        step >= 0 ? `execution=${step}` : "source",
        line.trim(),
        `${fileName(source.path)}:${i + 1}${step >= 0 ? ", first reached here" : ""}`,
      );
    }),
  );
  return found;
}

function setUpSearch() {
  const box = document.getElementById("search"),
    list = document.getElementById("found");
  const close = () => {
    list.hidden = true;
  };
  box.addEventListener("input", () => {
    if (!box.value.trim()) return close();
    const found = find(box.value.trim());
    list.replaceChildren(
      ...(found.length
        ? found.map(([hash, label, note]) =>
            h("li", h("a", {href: "#" + hash, click: close}, h("code", short(label, 60)), h("small", note))),
          )
        : [h("li", "nothing found")]),
    );
    list.hidden = false;
  });
  box.addEventListener("keydown", event => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape") {
      close();
      box.blur();
    }
    if (event.key === "ArrowDown") {
      list.querySelector("a")?.focus();
      event.preventDefault();
    }
  });
  document.addEventListener("click", event => {
    if (!event.target.closest(".tools")) close();
  });
}

function setUpTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let own = null;
  try {
    own = localStorage.getItem("taipan-theme");
  } catch {
    /* a file's page may have no storage */
  }
  const apply = () => {
    document.documentElement.dataset.theme = own || (dark.matches ? "dark" : "light");
  };
  dark.addEventListener("change", apply);
  document.getElementById("theme").addEventListener("click", () => {
    own = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("taipan-theme", own);
    } catch {
      /* as above */
    }
    apply();
  });
  apply();
}

const KEYS = {
  ArrowRight: "forward",
  ArrowLeft: "back",
  ArrowDown: "into",
  ArrowUp: "intoBack",
  n: "lineForward",
  o: "out",
  r: "run",
  R: "runBack",
  Home: "first",
  End: "last",
};

document.addEventListener("keydown", event => {
  if (event.target.matches("input:not([type=range]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey)
    return;
  if (event.key === "/") {
    document.getElementById("search").focus();
    event.preventDefault();
    return;
  }
  const move = KEYS[event.key];
  if (move && view.dataset.view === "execution" && executionView.move?.(move)) event.preventDefault();
});

document.getElementById("title").textContent = visible(record.command.name || record.command.kind);
document.getElementById("summary").textContent =
  `${count(steps.length, "step")}, ${time(total)}, exit status ${record.exit.status}`;
setUpTheme();
buildNav();
setUpSearch();
window.addEventListener("hashchange", show);
show();
