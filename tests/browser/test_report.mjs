// Tries the checks of the report: a sound page must pass all, and each page that is broken on purpose must fail the
// check that is made for it.
//
//   node test_report.mjs PAGE
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./browser.mjs";
import { look, PARTS } from "./checks.mjs";

const sound = readFileSync(process.argv[2], "utf8");

// Changes what stands in an element, and the policy with it.
const change = (element, edit) => page => {
  const [, old] = page.match(new RegExp(`<${element}>([^]*?)</${element}>`));
  const digest = text => `sha256-${createHash("sha256").update(text).digest("base64")}`;
  const edited = edit(old);
  if (edited === old) throw new Error(`nothing to change in ${element}`);
  return page.replace(old, () => edited).replace(digest(old), () => digest(edited));
};
const style = more => change("style", old => `${old}${more}`);
const script = (from, to) => change("script", old => old.replace(from, () => to));

// What is done to the page, and the check that must see it.
const BROKEN = [
  ["a plot without a description", /^plots$/, page => page.replace(/<desc[^>]*>[^]*?<\/desc>/, "")],
  ["a plot with an empty title", /^plots$/, page => page.replace(/(<title id="[^"]*">)[^<]*/, "$1")],
  ["a plot without its data", /^plots without script$/, page => page.replace(/(<\/div>\s*)<details>[^]*?<\/details>/, "$1")],
  ["an image from elsewhere", /^silence/, page => page.replace("<footer>", "<img src=\"https://example.org/x.png\" alt=\"\"><footer>")],
  ["a script of an element", /^silence/, page => page.replace("<footer>", "<script>console.error(1)</script><footer>")],
  ["pale words", /^accessibility, light/, style(":root { --soft: #b9bec4; }")],
  ["dark words on dark", /^accessibility, dark/, style("@media (prefers-color-scheme: dark) { :root { --soft: #50565c; } }")],
  ["a heading that skips a level", /^accessibility/, page => page.replace(/<h3>([^<]*)<\/h3>/, "<h5>$1</h5>")],
  ["a page without a language", /^accessibility/, page => page.replace("<html lang=\"en\">", "<html>")],
  ["a wide page", /^no overflow, light, 390/, style("main { width: 50rem; }")],
  ["a table without a caption", /^landmarks$/, page => page.replace(/<caption[^>]*>[^<]*<\/caption>/, "")],
  ["a head without its scope", /^landmarks$/, page => page.replace("<th scope=\"col\"", "<th")],
  ["a section that nobody sees", /^all is seen$/, style("#failures { visibility: hidden; }")],
  ["what only the script shows", /^all is seen without script$/, page => {
    const hidden = style("main { display: none; }")(page);
    return script(/^/, "document.querySelector('main').style.display = 'block';")(hidden);
  }],
  ["sorting that does not", /^sorting/, script("isNumber ? a - b :", "isNumber ? 0 :")],
  ["sorting by letters", /^sorting/, script("isNumber ? a - b : words.compare(a, b)", "`${a}` < `${b}` ? -1 : 1")],
  ["a filter that lets all through", /^filtering/, script("row.hidden = !", "row.hidden = false && !")],
  ["a focus that is not seen", /^skip link and focus$/, style(":focus-visible { outline: none !important; }")],
  ["a link that leads nowhere", /^links$/, page => page.replace("href=\"#glossary\"", "href=\"#nowhere\"")],
  ["a row that stays hidden", /^links$/, script("addEventListener(\"hashchange\", reveal)", "void reveal")],
  ["contents on paper", /^print$/, style("@media print { nav { display: block !important; } }")],
];

// The part of the checks that has this one.
const partOf = check => {
  if (/without script/.test(check.source)) return PARTS.withoutScript;
  return /accessibility|overflow/.test(check.source) ? PARTS.schemes : PARTS.hands;
};

const folder = mkdtempSync(join(tmpdir(), "sauva-report-"));
const browser = await start();
let failed = 0;
const tell = (name, wrong) => {
  failed += wrong ? 1 : 0;
  if (wrong) console.log(`report, the judge: ${name}: ${wrong}`);
};
const judged = async (page, options) => {
  const file = join(folder, "page.html");
  writeFileSync(file, page);
  const outcomes = await look(browser, file, options);
  return outcomes.filter(it => it.wrong.length);
};
const fails = await judged(sound);
tell("a sound page", fails.map(it => `${it.name} (${it.wrong[0]})`).join(", "));
for (const [name, check, breaks] of BROKEN) {
  const broken = breaks(sound);
  const seen = broken !== sound && (await judged(broken, { parts: [partOf(check)] })).some(it => check.test(it.name));
  tell(name, seen ? "" : "was not seen");
}
const large = await judged(sound, { most_bytes: 1000, parts: [] });
tell("a large page", large.some(it => it.name === "size") ? "" : "was not seen");
await browser.close();
rmSync(folder, { recursive: true });
const all = BROKEN.length + 2;
console.log(`report, the judge: ${all - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
