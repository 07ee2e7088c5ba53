// Tries the page of a record in a browser: opens every view, steps, searches, follows links, changes the theme. What is wrong goes
// into an element that the command reads from the printed document.
(async () => {
  const wrong = [];
  window.addEventListener("error", event => wrong.push(`error: ${event.message}`));
  const pause = () => new Promise(done => setTimeout(done, 5));
  const view = document.getElementById("view");
  const open = async hash => {
    location.hash = hash;
    await pause();
    await pause();
  };
  const expect = (good, what) => {
    if (!good) wrong.push(what);
  };

  const links = [...document.querySelectorAll("#nav a")].map(link => link.hash);
  expect(links.length === 20, `${links.length} views instead of 20`);
  for (const hash of links) {
    await open(hash);
    expect(view.querySelector("h2") && view.textContent.length > 40, `${hash} shows nothing`);
    expect(view.scrollWidth <= view.clientWidth + 1, `${hash} is wider than its place`);
  }

  const ran = view.querySelector("h2") && JSON.parse(document.getElementById("record").textContent).execution.steps.length > 0;
  if (ran) await stepping();
  async function stepping() {
    await open("#execution=0");
    const frames = () => view.querySelector(".frames")?.textContent;
    const button = move => view.querySelector(`[data-move=${move}]`);
    const first = frames();
    let slowest = 0;
    const steps = 12;
    for (let i = 0; i < steps; i++) {
      const at = performance.now();
      button("forward").click();
      slowest = Math.max(slowest, performance.now() - at);
      await pause();
    }
    expect(
      location.hash === `#execution=${Math.min(steps, Number(view.querySelector("input[type=range]").max))}`,
      "twelve steps lead elsewhere",
    );
    for (let i = 0; i < steps; i++) {
      button("back").click();
      await pause();
    }
    expect(frames() === first, "steps back do not undo steps forward");
    button("last").click();
    await pause();
    expect(slowest < 500, `a step takes ${Math.round(slowest)} ms`);
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft", bubbles: true}));
    await pause();
    expect(view.querySelector(".row.now"), "no line is marked");

    await open("#bytecode");
    view.querySelectorAll(".listing")[0].querySelector(".row:nth-child(3)").dispatchEvent(new MouseEvent("mouseenter"));
    await pause();
    expect(view.querySelectorAll(".listing")[1].querySelector(".hot"), "an instruction marks no line");
  }

  const search = document.getElementById("search");
  search.value = "execution";
  search.dispatchEvent(new Event("input"));
  await pause();
  expect(document.querySelector("#found a"), "a search finds nothing");
  document.querySelector("#found a")?.click();
  await pause();

  const before = document.documentElement.dataset.theme;
  document.getElementById("theme").click();
  expect(document.documentElement.dataset.theme !== before, "the theme stays");
  expect(!document.querySelector("script[src], link[href^=http], img[src^=http]"), "the page needs something from outside");

  const result = document.createElement("pre");
  result.id = "checked";
  result.textContent = wrong.length ? wrong.join("\n") : "good";
  document.body.append(result);
})();
