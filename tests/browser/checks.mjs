// What a page of the report must be like: a page in, the outcome of each check out.
import { createRequire } from "node:module";
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { keyboard, links } from "./keyboard.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

// Opens the page; what it says, asks for or fails at is kept.
const open = async (browser, file, options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said = [];
  page.on("console", message => {
    if (["error", "warning"].includes(message.type())) said.push(message.text());
  });
  page.on("pageerror", error => said.push(String(error)));
  page.on("request", request => {
    if (request.url() !== pathToFileURL(file).href) said.push(`asks for ${request.url().slice(0, 80)}`);
  });
  await page.goto(pathToFileURL(file).href);
  return { page, said, close: () => context.close() };
};

// Violations of accessibility, by rule.
const violations = async page => {
  await page.evaluate(axe);
  const found = await page.evaluate(
    rules => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }), RULES);
  return found.violations.map(it => `${it.id}: ${it.nodes.length} times, first ${it.nodes[0].target.join(" ")}`);
};

const overflow = page => page.evaluate(() => {
  const room = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth > room ? [`${document.documentElement.scrollWidth} > ${room}`] : [];
});

const openDetails = page => page.evaluate(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});

// Plots without a text alternative or without their data.
const plots = page => page.evaluate(() => [...document.querySelectorAll("svg")].flatMap((svg, at) => {
  const text = name => svg.querySelector(`:scope > ${name}`)?.textContent.trim() ?? "";
  const named = (svg.getAttribute("aria-labelledby") ?? "").split(" ").filter(id => svg.querySelector(`[id="${id}"]`));
  const wrong = [];
  if (!text("title")) wrong.push("title");
  if (!text("desc")) wrong.push("desc");
  if (svg.getAttribute("role") !== "img" || named.length !== 2) wrong.push("role and labels");
  const isOfExperiments = svg.closest("#experiments");
  if (!isOfExperiments && !svg.closest("figure")?.querySelector("details td")) wrong.push("data");
  return wrong.length ? [`plot ${at}: ${wrong.join(", ")}`] : [];
}));

// What nobody sees: sections, rows of tables and heads without a box.
const unseen = page => page.evaluate(() => {
  const hasBox = it => it.getClientRects().length > 0 && getComputedStyle(it).visibility === "visible";
  const parts = document.querySelectorAll("main section, main h1, main h2, main h3, table, tbody tr, svg, figcaption");
  return [...parts].filter(it => !hasBox(it)).map(it => it.id || it.tagName).slice(0, 5);
});

const landmarks = page => page.evaluate(() => {
  const wrong = [];
  for (const one of ["header", "nav", "main", "footer", "h1"]) {
    if (document.querySelectorAll(one).length !== 1) wrong.push(one);
  }
  for (const table of document.querySelectorAll("table")) {
    const heads = [...table.querySelectorAll("th")];
    if (!table.caption?.textContent.trim()) wrong.push(`${table.id}: no caption`);
    if (heads.some(head => !head.scope)) wrong.push(`${table.id}: a head without scope`);
  }
  return wrong;
});

// In both schemes and at both widths.
const schemes = async (browser, file, tell, shots) => {
  for (const [scheme, viewport] of [["light", WIDE], ["dark", WIDE], ["light", NARROW], ["dark", NARROW]]) {
    const of = `${scheme}, ${viewport.width} px`;
    const { page, said, close } = await open(browser, file, { colorScheme: scheme, viewport });
    tell(`accessibility, ${of}`, await violations(page));
    tell(`no overflow, ${of}`, await overflow(page));
    if (shots) {
      await page.screenshot({ path: `${shots}/${scheme}-${viewport.width}.png`, fullPage: true });
    }
    await openDetails(page);
    tell(`accessibility of the data, ${of}`, await violations(page));
    tell(`no overflow of the data, ${of}`, await overflow(page));
    tell(`silence, ${of}`, said);
    await close();
  }
};

// By keyboard and on paper.
const hands = async (browser, file, tell) => {
  const { page, said, close } = await open(browser, file, { viewport: WIDE });
  tell("plots", await plots(page));
  tell("landmarks", await landmarks(page));
  await openDetails(page);
  tell("all is seen", await unseen(page));
  for (const [name, wrong] of [...await keyboard(page), ...await links(page)]) tell(name, wrong);
  await page.emulateMedia({ media: "print" });
  tell("print", await page.evaluate(() =>
    getComputedStyle(document.querySelector("nav")).display === "none" ? [] : ["the contents are printed"]));
  tell("silence to the end", said);
  await close();
};

// Opens all details as a reader does.
const openByHand = async page => {
  for (const summary of await page.locator("summary").all()) {
    const wrong = await summary.click({ timeout: 3000 }).then(() => "", () => "details that do not open");
    if (wrong) return [wrong];
  }
  return [];
};

const withoutScript = async (browser, file, tell) => {
  const plain = await open(browser, file, { viewport: NARROW, javaScriptEnabled: false });
  tell("plots without script", await plots(plain.page));
  tell("no overflow without script", await overflow(plain.page));
  tell("details open without script", await openByHand(plain.page));
  tell("all is seen without script", await unseen(plain.page));
  tell("silence without script", plain.said);
  await plain.close();
};

export const PARTS = { schemes, hands, withoutScript };

// Runs all checks, or those of some parts. `shots` is a folder for pictures, or nothing.
export const look = async (browser, file, { shots, most_bytes = 2_000_000, parts = Object.values(PARTS) } = {}) => {
  const outcomes = [];
  const tell = (name, wrong) => outcomes.push({ name, wrong });
  const size = statSync(file).size;
  tell("size", size > most_bytes ? [`${size} bytes`] : []);
  for (const part of parts) await part(browser, file, tell, shots);
  return outcomes;
};
