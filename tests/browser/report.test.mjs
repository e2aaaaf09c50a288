// The HTML report in a real browser: what it must not do, who must be able to
// use it, and that it works.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { audit, launch, names, open, pages, status, verdicts } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

for (const [file, hash] of [['sample.html', ''], ['hostile.html', '#?q=pwned']]) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 360]) {
      test(`${file} breaks no rule of the page's policy or of WCAG, ${colorScheme}, ${width} pixels`, async () => {
        const { page, finish } = await open(browser, file, { hash, colorScheme, viewport: { width, height: 800 } });
        assert.deepEqual(await audit(page), []);
        await page.click('table.devices tbody th a');
        assert.deepEqual(await audit(page), []);
        assert.deepEqual(await finish(), []);
      });
    }
  }
}

test('hostile devices open, sort and are searched as text', async () => {
  const { page, finish } = await open(browser, 'hostile.html');
  for (const text of ['<img', 'window.pwned', '</script>', '\\u{202e}', '__proto__', 'long long']) {
    await page.fill('#devices-q', text);
    await page.waitForFunction(() => / 1 device| [0-9]+ devices/.test(` ${document.querySelector('#devices [role=status]').textContent}`) && document.querySelector('#devices [role=status]').textContent.includes('filtered'));
    await page.click('table.devices tbody th a');
    assert.ok((await page.textContent('dialog')).length > 100, text);
    await page.keyboard.press('Escape');
  }
  assert.equal(await page.$$eval('img, iframe, object, embed', (e) => e.length), 0);
  assert.deepEqual(await finish(), []);
});

test('the policy of the page forbids scripts, styles and connections that are not its own', async () => {
  const { page, finish } = await open(browser, 'sample.html');
  await page.evaluate(async () => {
    const attempt = async (f) => { try { await f(); } catch { /* forbidden, as it should be */ } };
    await attempt(() => { const s = document.createElement('script'); s.text = 'window.pwned = 1'; document.body.append(s); });
    await attempt(() => { document.body.innerHTML += '<img src=x onerror="window.pwned = 1">'; });
    await attempt(() => { const s = document.createElement('style'); s.textContent = 'body { display: none }'; document.head.append(s); });
    await attempt(() => fetch('http://127.0.0.1:9/'));
    // Not from here: what a debugger evaluates may evaluate.
    await new Promise((done) => setTimeout(() => { attempt(() => (0, eval)('window.pwned = 1')).then(done); }));
  });
  assert.ok(await page.isVisible('h1'));
  const trouble = await finish();
  assert.ok(trouble.some((t) => t.startsWith('policy: ')), 'the policy must have been heard of');
  assert.ok(!trouble.includes('a name was run as a script'));
});

test('served by a web server the page asks for nothing else, not even an icon', async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader('content-type', 'text/html');
    response.end(readFileSync(`${pages}/sample.html`));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const { page, finish } = await open(browser, '', { url: `http://127.0.0.1:${server.address().port}/report` });
  await page.click('table.devices tbody th a');
  await page.waitForTimeout(300);
  assert.deepEqual(await finish(), []);
  server.close();
  assert.deepEqual(asked, ['/report']);
});

test('filters, search and links of the charts narrow the table, say so, and can be undone', async () => {
  const { page, finish } = await open(browser, 'sample.html');
  const all = (await verdicts(page)).length;
  await page.selectOption('#devices-verdict', 'prohibited');
  const chosen = await verdicts(page);
  assert.ok(chosen.length > 0 && chosen.length < all && chosen.every((v) => v === 'prohibited'));
  assert.equal(await status(page), `1 to ${chosen.length} of ${chosen.length} devices, filtered from ${all}.`);
  assert.match(page.url(), /#\?verdict=prohibited$/);
  await page.fill('#devices-q', 'wechat');
  await page.waitForFunction((n) => document.querySelectorAll('table.devices tbody tr').length < n, chosen.length);
  const cells = await page.$$eval('table.devices tbody tr', (rows) => rows.map((r) => r.textContent));
  assert.ok(cells.length > 0 && cells.every((c) => /wechat/i.test(c)));
  await page.fill('#devices-q', 'no such device anywhere');
  await page.waitForSelector('table.devices .empty');
  await page.click('#devices button.quiet');
  assert.equal((await verdicts(page)).length, all);
  await page.click('.charts a[href="#?verdict=clear"]');
  await page.waitForFunction(() => location.hash === '#?verdict=clear');
  assert.ok((await verdicts(page)).every((v) => v === 'clear'));
  assert.equal(await page.inputValue('#devices-verdict'), 'clear');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'devices-title');
  assert.deepEqual(await finish(), []);
});

test('columns sort both ways and tell assistive technology how', async () => {
  const { page, finish } = await open(browser, 'sample.html');
  const head = page.locator('table.devices thead th', { hasText: 'Device' });
  await head.locator('button').click();
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  const up = await names(page);
  await head.locator('button').press('Enter');
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  assert.deepEqual(await names(page), [...up].reverse());
  assert.equal(await page.locator('table.devices thead th[aria-sort]').count(), 1);
  const order = ['prohibited', 'suspect', 'inconclusive', 'clear'];
  await page.click('table.devices thead th:first-child button');
  const ranks = (await verdicts(page)).map((v) => order.indexOf(v));
  assert.deepEqual(ranks, [...ranks].sort());
  assert.deepEqual(await finish(), []);
});

test('the details of a device open, read and close by keyboard alone', async () => {
  const { page, finish } = await open(browser, 'sample.html');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the outcome');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => location.hash), '#outcome');
  const link = page.locator('table.devices tbody tr', { hasText: 'Field office 12' }).locator('th a');
  await link.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Field office 12' });
  assert.ok(await dialog.isVisible());
  assert.equal(await page.evaluate(() => document.activeElement.id), 'detail-title');
  const text = await dialog.textContent();
  for (const part of ['com.tencent.xin', 'Statements it rests on', 'SHA-256 of the', 'does not prove', 'Coverage', 'Info.plist', 'us-eo-13971']) {
    assert.ok(text.includes(part), part);
  }
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)));
  }
  await page.keyboard.press('Escape');
  assert.ok(!(await dialog.isVisible()));
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Field office 12');
  assert.deepEqual(await finish(), []);
});

test('an address leads to a device, and from there to its neighbours and its evidence', async () => {
  const first = await open(browser, 'sample.html');
  const href = await first.page.locator('table.devices tbody tr', { hasText: 'Field office 12' }).locator('th a').getAttribute('href');
  assert.deepEqual(await first.finish(), []);
  const { page, finish } = await open(browser, 'sample.html', { hash: href });
  assert.equal(await page.textContent('#detail-title'), 'Field office 12');
  await page.click('dialog .buttons button:has-text("Next")');
  assert.notEqual(await page.textContent('#detail-title'), 'Field office 12');
  await page.click('dialog .buttons button:has-text("Previous")');
  assert.equal(await page.textContent('#detail-title'), 'Field office 12');
  await page.click('dialog details.raw summary');
  const raw = JSON.parse(await page.textContent('dialog details.raw pre'));
  assert.equal(raw.identity.name, 'Field office 12');
  await page.click('dialog li button.link');
  assert.match(await page.textContent('#detail-title'), /^Evidence /);
  assert.match(await page.textContent('dialog'), /SHA-256 of the file/);
  await page.click('dialog .content ul a');
  assert.equal(await page.textContent('#detail-title'), 'Field office 12');
  assert.deepEqual(await finish(), []);
});

test('on a phone the page needs no sideways scrolling', async () => {
  for (const file of ['sample.html', 'hostile.html']) {
    const { page, finish } = await open(browser, file, { viewport: { width: 320, height: 700 } });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320);
    assert.deepEqual(await finish(), []);
  }
});

test('without scripts the outcome comes first and every finding can be read', async () => {
  const { page, finish } = await open(browser, 'sample.html', { javaScriptEnabled: false });
  const top = async (selector) => (await page.locator(selector).boundingBox()).y;
  assert.ok(await top('#outcome') < await top('#devices'));
  assert.ok(!(await page.isVisible('#cut-off')));
  const text = await page.innerText('#devices');
  for (const part of ['Field office 12', 'com.tencent.xin', 'QQ Wallet', 'Reception', 'inconclusive']) assert.ok(text.includes(part), part);
  assert.ok(text.indexOf('Field office 12') < text.indexOf('Reception') || await top('article:has-text("Field office 12")') < await top('article:has-text("Reception")'));
  assert.deepEqual(await finish(), []);
});

test('a page that was cut off says so', async () => {
  const { page } = await open(browser, 'cut.html');
  assert.ok(await page.isVisible('#cut-off'));
  assert.equal(await page.locator('#outcome').count(), 0);
});

test('print holds what the filters show and the details of what needs action', async () => {
  const { page, finish } = await open(browser, 'sample.html');
  await page.selectOption('#devices-app', 'alipay');
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.ok(!(await page.isVisible('#devices-q')));
  const printed = await page.$$eval('.appendix article', (a) => a.map((e) => e.textContent));
  assert.ok(printed.length > 0 && printed.every((t) => t.includes('Alipay') && t.includes('Statements it rests on')));
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await page.locator('.appendix').count(), 0);
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 20_000);
  assert.deepEqual(await finish(), []);
});
