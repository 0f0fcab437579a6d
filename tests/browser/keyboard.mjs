// A page under the hands of somebody without a mouse: a page in, what is wrong by check out.

const TAB_STOPS = 30;

// The cells of a column as they stand, of rows that are shown.
const column = (table, at) => table.evaluate((table, at) =>
  [...table.tBodies[0].rows].filter(row => !row.hidden).map(row => row.cells[at].textContent), at);

const values = texts => texts.map(text => text.replace(/\s/g, "")).filter(text => text).map(Number);

const isSorted = numbers => numbers.every((it, at) => at === 0 || numbers[at - 1] <= it);

// The column of numbers with most different ones.
const richest = table => table.evaluate(it => {
  const rows = [...it.tBodies[0].rows];
  const different = at => new Set(rows.map(row => row.cells[at].textContent)).size;
  const columns = [...it.tHead.rows[0].cells].flatMap((head, at) => (head.matches(".n") ? [at] : []));
  return columns.length ? columns.reduce((a, b) => (different(b) > different(a) ? b : a)) : -1;
});

// Sorts each long table by a column of numbers, up and down.
const sorting = async page => {
  const wrong = [];
  for (const table of await page.locator("table[data-long]").all()) {
    const id = await table.getAttribute("id");
    const at = await richest(table);
    if (at < 0) continue;
    const before = (await column(table, at)).sort();
    const head = table.locator("thead th").nth(at);
    for (const [order, sign] of [["ascending", 1], ["descending", -1]]) {
      await head.locator("button").focus({ timeout: 2000 }).catch(() => wrong.push(`${id}: no button`));
      await page.keyboard.press("Enter");
      if (await head.getAttribute("aria-sort") !== order) wrong.push(`${id}: is not ${order}`);
      const after = await column(table, at);
      if (!isSorted(values(after).map(it => it * sign))) wrong.push(`${id}: not sorted ${order}`);
      if (after.sort().join() !== before.join()) wrong.push(`${id}: rows have changed`);
    }
  }
  return wrong;
};

// Filters each table that can be by a word of its last row, then by what is nowhere.
const filtering = async page => {
  const wrong = [];
  for (const table of await page.locator("table[data-long]").all()) {
    const id = await table.getAttribute("id");
    const rows = await table.locator("tbody tr").allTextContents();
    if (rows.length <= 8) continue;
    const input = page.locator(`input[aria-controls="${id}"]`);
    if (await input.count() !== 1) {
      wrong.push(`${id}: no filter`);
      continue;
    }
    const word = await table.evaluate(it => it.tBodies[0].rows[it.tBodies[0].rows.length - 1].cells[0].textContent.split(/\s/)[0]);
    for (const typed of [word, "nowhere-to-be-found"]) {
      await input.focus();
      await page.keyboard.press("Control+A");
      await page.keyboard.type(typed);
      const shown = await table.evaluate(it => [...it.tBodies[0].rows].filter(row => !row.hidden).map(row => row.textContent));
      const wanted = rows.filter(row => row.toLowerCase().includes(typed.toLowerCase())).length;
      const told = await page.locator(`.filter:has(input[aria-controls="${id}"]) [role=status]`).textContent();
      if (shown.length !== wanted || !told.startsWith(`${wanted} of ${rows.length}`)) {
        wrong.push(`${id}: ${shown.length} of ${wanted} rows for a word`);
      }
    }
    await input.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    if (await table.locator("tbody tr:not([hidden])").count() !== rows.length) wrong.push(`${id}: rows stay hidden`);
  }
  return wrong;
};

// The skip link comes first, and every stop shows where it is.
const stops = async page => {
  const wrong = [];
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => {
    const it = document.activeElement;
    return it.matches(".skip") && it.getBoundingClientRect().left >= 0;
  });
  if (!first) wrong.push("the skip link is not the first stop, or not seen");
  for (let stop = 0; stop < TAB_STOPS; stop += 1) {
    const hidden = await page.evaluate(() => {
      const it = document.activeElement;
      const style = getComputedStyle(it);
      const isShown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return it === document.body || isShown ? "" : it.outerHTML.slice(0, 80);
    });
    if (hidden) wrong.push(`the focus is not seen at ${hidden}`);
    await page.keyboard.press("Tab");
  }
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  if (await page.evaluate(() => location.hash) !== "#verdict") wrong.push("the skip link leads nowhere");
  return wrong;
};

export const keyboard = async page => [
  ["skip link and focus", await stops(page)],
  ["sorting by keyboard", await sorting(page)],
  ["filtering by keyboard", await filtering(page)],
];

// Every link leads to something on the page, also where a filter hides it.
export const links = async page => {
  const wrong = await page.evaluate(() => [...document.links]
    .filter(link => !(link.getAttribute("href").startsWith("#") && document.getElementById(link.hash.slice(1))))
    .map(link => link.getAttribute("href")));
  const row = page.locator("td a[href^='#series-'], th a[href^='#series-']").first();
  const input = page.locator("input[aria-controls=series-table]");
  if (await row.count() && await input.count()) {
    await input.fill("nowhere-to-be-found");
    await row.focus();
    await page.keyboard.press("Enter");
    const target = page.locator(await row.getAttribute("href"));
    await target.waitFor({ state: "visible", timeout: 2000 }).catch(() => wrong.push("a row stays hidden"));
  }
  return [["links", wrong]];
};
