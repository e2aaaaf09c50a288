// The page's script. Every value comes from evidence: it becomes text nodes and
// attributes, never markup (the page's policy forbids that as well). Data blocks
// are described in pack.rs.
'use strict';
(() => {
  const doc = document;
  const PRINT_ROWS = 2000;
  const PRINT_DETAILS = 200;
  // As `is_hidden` in text.rs.
  const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

  // ---- text and elements

  const show = (text) => String(text).replace(HIDDEN, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
  const number = (n) => n.toLocaleString('en-US');
  const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

  function h(tag, attributes, ...children) {
    const element = doc.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === 'on') {
        for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
      } else if (value === true) {
        element.setAttribute(name, '');
      } else if (value !== null && value !== undefined && value !== false) {
        element.setAttribute(name, value);
      }
    }
    element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
    return element;
  }

  const bdi = (text) => h('bdi', {}, show(text));
  const code = (text) => h('code', {}, bdi(text));
  const hash = (text) => h('code', { class: 'hash' }, show(text));
  const time = (text) => h('time', { datetime: show(text) }, show(text).replace('T', ' ').replace('Z', ' UTC'));
  const separated = (nodes, by) => nodes.flatMap((n, i) => (i ? [by, n] : [n]));
  const users = (list) => (list && list.length ? list.join(', ') : 'not told apart');

  // ---- data

  const blocks = (part) => [...doc.querySelectorAll(`script[data-part="${part}"]`)];
  const parse = (block) => JSON.parse(block.textContent);

  function unpack(pack, value) {
    if (typeof value === 'number') return value < 0 ? -1 - value : pack.s[value];
    if (!Array.isArray(value)) return value;
    if (value[0] === 0) {
      const list = new Array(value.length - 1);
      for (let i = 1; i < value.length; i++) list[i - 1] = unpack(pack, value[i]);
      return list;
    }
    const object = {};
    pack.k[value[0] - 1].forEach((key, i) => { object[pack.s[key]] = unpack(pack, value[i + 1]); });
    return object;
  }

  function rowsOf(part) {
    const rows = [];
    for (const block of blocks(part)) {
      const pack = parse(block);
      for (const value of pack.v) rows.push(unpack(pack, value));
      block.remove();
    }
    return rows;
  }

  // Opens the one block that holds a value; the last few stay open.
  function detailsOf(part) {
    const starts = [];
    let total = 0;
    const all = blocks(part);
    for (const block of all) {
      starts.push(total);
      total += Number(block.dataset.count);
    }
    const opened = new Map();
    return (index) => {
      let at = starts.length - 1;
      while (at > 0 && starts[at] > index) at--;
      if (!opened.has(at)) {
        if (opened.size >= 4) opened.delete(opened.keys().next().value);
        opened.set(at, parse(all[at]));
      }
      const pack = opened.get(at);
      return unpack(pack, pack.v[index - starts[at]]);
    };
  }

  // Positions in the rows of mod.rs.
  const D = { key: 0, verdict: 1, waived: 2, record: 3, name: 4, user: 5, model: 6, platform: 7, os: 8, id: 9, asOf: 10, apps: 11, findings: 12, total: 13, reasons: 14, search: 15 };
  const E = { id: 0, locator: 1, kind: 2, status: 3, size: 4, devices: 5, files: 6 };
  const M = { severity: 0, code: 1, locator: 2, device: 3, message: 4, count: 5 };
  const devices = rowsOf('device-rows');
  const evidence = rowsOf('evidence-rows');
  const diagnostics = rowsOf('diagnostic-rows');
  const deviceDetail = detailsOf('device-details');
  const evidenceDetail = detailsOf('evidence-details');
  const words = Object.assign(Object.create(null), rowsOf('words')[0]);
  const meaning = (codeWord) => words[codeWord] || show(codeWord);
  const deviceAt = new Map(devices.map((row, i) => [row[D.key], i]));
  const evidenceAt = new Map(evidence.map((row, i) => [row[E.id], i]));

  const RANK = { prohibited: 0, suspect: 1, inconclusive: 2, clear: 3 };
  const rank = (verdict) => (Object.hasOwn(RANK, verdict) ? RANK[verdict] : 2);
  // An unknown verdict looks like the most cautious known one, and keeps its word.
  const look = (verdict) => (Object.hasOwn(RANK, verdict) ? verdict : 'inconclusive');
  const badge = (verdict, waived) => h('span', { class: `verdict ${look(verdict)}` }, show(verdict), waived ? ', waived' : '');

  function nameOf(row) {
    return row[D.name] || row[D.id] || row[D.model] || row[D.key];
  }

  // ---- the address: #?verdict=...&device=...

  const address = () => new URLSearchParams(location.hash.startsWith('#?') ? location.hash.slice(2) : '');
  function setAddress(parameters) {
    const text = parameters.toString();
    try {
      history.replaceState(null, '', text ? `#?${text}` : '#devices');
    } catch {
      // Some viewers forbid it; the page works without.
    }
  }

  // ---- a table that searches, filters, sorts and turns pages

  function grid(options) {
    const { root, noun, rows, filters, caption, searchText } = options;
    // A column without a single value is not shown.
    const columns = options.columns.filter((c) => !c.optional || rows.some((row) => c.sort(row)));
    // Told outright: style that turns rows into cards on small screens must not take the meaning away.
    const role = (name, attributes) => ({ role: name, ...attributes });
    const state = { q: '', sort: options.sort, down: false, page: 0, size: 100 };
    for (const filter of filters) state[filter.key] = '';
    let shown = rows.map((_, i) => i);
    const haystacks = [];
    const keys = new Map();

    const id = (part) => `${root.id}-${part}`;
    const search = h('input', { type: 'search', id: id('q'), autocomplete: 'off', spellcheck: 'false' });
    const selects = filters.map((filter) => {
      const select = h('select', { id: id(filter.key) }, h('option', { value: '' }, filter.all));
      for (const [value, label, n] of filter.values) select.append(h('option', { value }, `${show(label)} (${number(n)})`));
      return select;
    });
    const reset = h('button', { type: 'button', class: 'quiet' }, 'Clear filters');
    const controls = h('form', { class: 'controls', role: 'search', 'aria-label': `Find ${noun[1]}` },
      h('div', { class: 'wide' }, h('label', { for: id('q') }, options.searchLabel), search),
      filters.map((filter, i) => h('div', {}, h('label', { for: id(filter.key) }, filter.label), selects[i])),
      h('div', {}, reset));
    const status = h('p', { role: 'status', class: 'status' });
    const heads = columns.map((column) => {
      const button = h('button', { type: 'button', class: 'sort' }, column.label, h('span', { class: 'arrow', 'aria-hidden': 'true' }));
      button.addEventListener('click', () => {
        state.down = state.sort === column.key ? !state.down : false;
        state.sort = column.key;
        state.page = 0;
        update(true);
      });
      return h('th', role('columnheader', { scope: 'col', class: column.class }), button);
    });
    const body = h('tbody', role('rowgroup'));
    const table = h('table', role('table', { class: `grid ${root.id}` }), h('caption', {}, caption),
      h('thead', role('rowgroup'), h('tr', role('row'), heads)), body);
    const scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table of ${noun[1]}` }, table);
    const before = h('button', { type: 'button' }, 'Previous');
    const after = h('button', { type: 'button' }, 'Next');
    const place = h('span', {});
    const size = h('select', { id: id('size') }, [50, 100, 500].map((n) => h('option', { value: n, selected: n === 100 }, String(n))));
    const pager = h('nav', { class: 'pager', 'aria-label': `Pages of ${noun[1]}` }, before, place, after,
      h('span', { class: 'size' }, h('label', { for: id('size') }, 'Rows a page'), size));

    function sorted() {
      const column = columns.find((c) => c.key === state.sort) || columns[0];
      if (!keys.has(column.key)) {
        // Digits are padded, so that phone 2 stands before phone 10.
        const natural = (value) => (typeof value === 'string' ? value.toLowerCase().replace(/\d+/g, (d) => d.padStart(12, '0')) : value);
        keys.set(column.key, rows.map((row) => natural(column.sort(row))));
      }
      const by = keys.get(column.key);
      const sign = state.down ? -1 : 1;
      shown.sort((a, b) => {
        const x = by[a];
        const y = by[b];
        if (x === y) return a - b;
        if (x === null || x === undefined) return 1;
        if (y === null || y === undefined) return -1;
        return x < y ? -sign : sign;
      });
    }

    function filtered() {
      const wanted = state.q.toLowerCase().split(/\s+/).filter(Boolean);
      if (wanted.length && !haystacks.length) for (const row of rows) haystacks.push(searchText(row).toLowerCase());
      const active = filters.filter((f) => state[f.key] !== '');
      shown = [];
      for (let i = 0; i < rows.length; i++) {
        if (active.every((f) => f.test(rows[i], state[f.key])) && wanted.every((w) => haystacks[i].includes(w))) shown.push(i);
      }
    }

    function rowElement(i) {
      return h('tr', role('row'), columns.map((column, n) => {
        const head = n === options.headColumn;
        return h(head ? 'th' : 'td', role(head ? 'rowheader' : 'cell', { class: column.class, 'data-label': column.label, scope: head && 'row' }), column.cell(rows[i], i));
      }));
    }

    function draw(from, to) {
      body.replaceChildren(...shown.slice(from, to).map(rowElement));
      if (!shown.length) body.append(h('tr', role('row'), h('td', { role: 'cell', colspan: columns.length, class: 'empty' }, `No ${noun[0]} fits these filters.`)));
    }

    function update(byUser) {
      filtered();
      sorted();
      const pages = Math.max(1, Math.ceil(shown.length / state.size));
      state.page = Math.min(Math.max(0, state.page), pages - 1);
      const from = state.page * state.size;
      const to = Math.min(shown.length, from + state.size);
      draw(from, to);
      columns.forEach((column, n) => {
        const here = column.key === state.sort;
        if (here) heads[n].setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
        else heads[n].removeAttribute('aria-sort');
        heads[n].querySelector('.arrow').textContent = here ? (state.down ? ' ▼' : ' ▲') : '';
      });
      const part = shown.length ? `${number(from + 1)} to ${number(to)} of ` : '';
      const all = shown.length === rows.length ? '' : `, filtered from ${number(rows.length)}`;
      status.textContent = `${part}${count(shown.length, noun[0], noun[1])}${all}.`;
      place.textContent = `Page ${number(state.page + 1)} of ${number(pages)}`;
      before.disabled = state.page === 0;
      after.disabled = state.page >= pages - 1;
      pager.hidden = rows.length <= 50;
      reset.disabled = !state.q && filters.every((f) => state[f.key] === '');
      search.value === state.q || (search.value = state.q);
      filters.forEach((f, n) => { selects[n].value = state[f.key]; });
      if (byUser && options.addressed) setAddress(api.parameters());
    }

    let waiting = 0;
    search.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { state.q = search.value; state.page = 0; update(true); }, 120);
    });
    controls.addEventListener('submit', (event) => event.preventDefault());
    filters.forEach((filter, n) => selects[n].addEventListener('change', () => {
      state[filter.key] = selects[n].value;
      state.page = 0;
      update(true);
    }));
    reset.addEventListener('click', () => { api.clear(); update(true); search.focus(); });
    const turn = (by) => () => {
      state.page += by;
      update(true);
      scroll.scrollTop = 0;
      status.scrollIntoView({ block: 'nearest' });
    };
    before.addEventListener('click', turn(-1));
    after.addEventListener('click', turn(1));
    size.addEventListener('change', () => { state.size = Number(size.value); state.page = 0; update(true); });

    const api = {
      clear() {
        state.q = '';
        state.page = 0;
        for (const filter of filters) state[filter.key] = '';
      },
      parameters() {
        const out = new URLSearchParams();
        if (state.q) out.set('q', state.q);
        for (const filter of filters) if (state[filter.key] !== '') out.set(filter.key, state[filter.key]);
        if (state.sort !== options.sort || state.down) out.set('sort', (state.down ? '-' : '') + state.sort);
        if (state.page) out.set('page', String(state.page + 1));
        return out;
      },
      read(parameters) {
        api.clear();
        state.q = parameters.get('q') || '';
        for (const filter of filters) {
          const value = parameters.get(filter.key) || '';
          state[filter.key] = filter.values.some(([v]) => v === value) ? value : '';
        }
        const sort = parameters.get('sort') || options.sort;
        state.down = sort.startsWith('-');
        state.sort = sort.replace(/^-/, '');
        if (!columns.some((c) => c.key === state.sort)) state.sort = options.sort;
        state.page = Math.max(0, (Number.parseInt(parameters.get('page'), 10) || 1) - 1);
        update(false);
      },
      // For print: every row, up to a limit.
      drawAll() {
        draw(0, PRINT_ROWS);
        return shown;
      },
      update,
      shown: () => shown,
    };
    if (rows.length > 8) root.append(controls);
    root.append(status, scroll, pager);
    update(false);
    return api;
  }

  function tally(values) {
    const counts = new Map();
    for (const [value, label] of values) {
      const entry = counts.get(value) || [value, label, 0];
      entry[2] += 1;
      counts.set(value, entry);
    }
    return [...counts.values()].sort((a, b) => b[2] - a[2] || (a[1] < b[1] ? -1 : 1));
  }

  const once = (list, key) => {
    const seen = new Set();
    return list.filter((item) => !seen.has(item[key]) && seen.add(item[key]));
  };

  // ---- devices

  const deviceLink = (i) => h('a', {
    href: `#?${new URLSearchParams({ device: devices[i][D.key] })}`,
    on: { click: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      openDevice(i);
    } },
  }, bdi(nameOf(devices[i])));

  function findingsCell(row) {
    const list = row[D.findings].map(([, app, state, strength, relation]) => h('li', {}, bdi(app),
      h('small', {}, ` ${show(state)}${relation === 'app' ? '' : `, ${show(relation)}`}${strength === 'probable' || strength === 'circumstantial' ? `, ${strength}` : ''}`)));
    if (row[D.total] > list.length) list.push(h('li', {}, `and ${number(row[D.total] - list.length)} more`));
    return list.length ? h('ul', { class: 'plain-list' }, list) : h('span', { class: 'why' }, row[D.reasons].map(meaning).join('; '));
  }

  const deviceGrid = devices.length ? grid({
    root: doc.getElementById('devices'),
    noun: ['device', 'devices'],
    caption: 'Devices with their verdicts; the name opens the details',
    rows: devices,
    sort: 'verdict',
    addressed: true,
    headColumn: 1,
    searchLabel: 'Search name, owner, model, serial, app …',
    searchText: (row) => [row[D.key], row[D.name], row[D.user], row[D.model], row[D.id], row[D.os], row[D.search], row[D.findings].map((f) => f[1]).join(' ')].join(' '),
    columns: [
      { key: 'verdict', label: 'Verdict', sort: (r) => rank(r[D.verdict]), cell: (r) => badge(r[D.verdict], r[D.waived]) },
      { key: 'device', label: 'Device', class: 'name', sort: nameOf, cell: (r, i) => [deviceLink(i), r[D.record] === 'device' ? '' : h('small', {}, ` ${show(r[D.record])}`)] },
      { key: 'owner', optional: true, label: 'Owner', class: 'name', sort: (r) => r[D.user], cell: (r) => (r[D.user] ? bdi(r[D.user]) : '') },
      { key: 'findings', label: 'Findings, or why', class: 'findings', sort: (r) => (r[D.total] ? -r[D.total] : null), cell: findingsCell },
      { key: 'model', optional: true, label: 'Model', class: 'less name', sort: (r) => r[D.model], cell: (r) => (r[D.model] ? bdi(r[D.model]) : '') },
      { key: 'platform', label: 'Platform', class: 'less', sort: (r) => `${r[D.platform]} ${r[D.os] || ''}`, cell: (r) => [show(r[D.platform]), r[D.os] ? [' ', bdi(r[D.os])] : ''].flat() },
      { key: 'id', optional: true, label: 'Identifier', class: 'less', sort: (r) => r[D.id], cell: (r) => (r[D.id] ? code(r[D.id]) : '') },
      { key: 'apps', label: 'Apps read', class: 'num less', sort: (r) => r[D.apps], cell: (r) => number(r[D.apps]) },
      { key: 'as-of', label: 'Lists as of', class: 'less', sort: (r) => r[D.asOf], cell: (r) => (r[D.asOf] ? h('time', { datetime: show(r[D.asOf]) }, show(r[D.asOf]).slice(0, 10)) : '') },
    ],
    filters: [
      { key: 'verdict', label: 'Verdict', all: 'every verdict', values: tally(devices.map((r) => [r[D.verdict], r[D.verdict]])).sort((a, b) => rank(a[0]) - rank(b[0])), test: (r, v) => r[D.verdict] === v },
      { key: 'app', label: 'App', all: 'every app', values: tally(devices.flatMap((r) => once(r[D.findings], 0).map((f) => [f[0], f[1]]))), test: (r, v) => r[D.findings].some((f) => f[0] === v) },
      { key: 'platform', label: 'Platform', all: 'every platform', values: tally(devices.map((r) => [r[D.platform], r[D.platform]])), test: (r, v) => r[D.platform] === v },
      { key: 'reason', label: 'Reason', all: 'every reason', values: tally(devices.flatMap((r) => [...new Set(r[D.reasons])].map((c) => [c, meaning(c)]))), test: (r, v) => r[D.reasons].includes(v) },
      ...(devices.some((r) => r[D.waived]) ? [{ key: 'waived', label: 'Exceptions', all: 'waived or not', values: tally(devices.map((r) => [r[D.waived] ? 'yes' : 'no', r[D.waived] ? 'waived' : 'not waived'])), test: (r, v) => (v === 'yes') === r[D.waived] }] : []),
    ],
  }) : null;
  if (!deviceGrid) doc.getElementById('devices').append(h('p', {}, 'No device was found.'));

  // ---- evidence and diagnostics

  const evidenceLink = (i) => h('button', { type: 'button', class: 'link', on: { click: () => openEvidence(i) } }, code(evidence[i][E.locator]));
  const bytes = (n) => (n === null || n === undefined ? '' : number(n));
  const WORST = { unreadable: 0, 'partly-read': 1, unknown: 2, skipped: 3, read: 4 };
  const worst = (status) => (Object.hasOwn(WORST, status) ? WORST[status] : 0);
  if (evidence.length) {
    const bad = evidence.filter((r) => worst(r[E.status]) < 3).length;
    const root = doc.getElementById('evidence');
    root.append(h('p', {}, bad ? `${count(bad, 'item was', 'items were')} not read whole or not understood; these stand first.` : 'Everything was read.'));
    grid({
      root,
      noun: ['item', 'items'],
      caption: 'Items of evidence; the location opens the list of files that were read',
      rows: evidence,
      sort: 'status',
      headColumn: 1,
      searchLabel: 'Search location, kind …',
      searchText: (r) => `${r[E.locator]} ${r[E.kind]} ${r[E.id]}`,
      columns: [
        { key: 'status', label: 'Status', sort: (r) => worst(r[E.status]), cell: (r) => h('span', { class: `status-${worst(r[E.status]) < 3 ? 'bad' : 'good'}` }, show(r[E.status])) },
        { key: 'location', label: 'Location', class: 'location', sort: (r) => r[E.locator], cell: (r, i) => evidenceLink(i) },
        { key: 'kind', label: 'Kind', sort: (r) => r[E.kind], cell: (r) => show(r[E.kind]) },
        { key: 'size', label: 'Bytes', class: 'num less', sort: (r) => r[E.size], cell: (r) => bytes(r[E.size]) },
        { key: 'devices', label: 'Devices', class: 'num', sort: (r) => r[E.devices], cell: (r) => number(r[E.devices]) },
        { key: 'files', label: 'Files read', class: 'num less', sort: (r) => r[E.files], cell: (r) => number(r[E.files]) },
      ],
      filters: [
        { key: 'status', label: 'Status', all: 'every status', values: tally(evidence.map((r) => [r[E.status], r[E.status]])), test: (r, v) => r[E.status] === v },
        { key: 'kind', label: 'Kind', all: 'every kind', values: tally(evidence.map((r) => [r[E.kind], r[E.kind]])), test: (r, v) => r[E.kind] === v },
      ],
    });
  } else {
    doc.getElementById('evidence').append(h('p', {}, 'None.'));
  }

  const SEVERITY = { error: 0, warning: 1, note: 2 };
  const severity = (word) => (Object.hasOwn(SEVERITY, word) ? SEVERITY[word] : 0);
  const severityBadge = (word) => h('span', { class: `severity s${severity(word)}` }, show(word));
  const deviceOrKey = (key) => (deviceAt.has(key) ? deviceLink(deviceAt.get(key)) : key ? code(key) : '');
  if (diagnostics.length) {
    grid({
      root: doc.getElementById('diagnostics'),
      noun: ['message', 'messages'],
      caption: 'Messages about the run',
      rows: diagnostics,
      sort: 'severity',
      headColumn: 1,
      searchLabel: 'Search message, location …',
      searchText: (r) => `${r[M.code]} ${r[M.locator] || ''} ${r[M.message]} ${r[M.device] || ''}`,
      columns: [
        { key: 'severity', label: 'Severity', sort: (r) => severity(r[M.severity]), cell: (r) => severityBadge(r[M.severity]) },
        { key: 'message', label: 'Message', class: 'message', sort: (r) => r[M.message], cell: (r) => [bdi(r[M.message]), ' ', h('small', {}, code(r[M.code]))] },
        { key: 'location', label: 'Location', class: 'location', sort: (r) => r[M.locator], cell: (r) => (r[M.locator] ? code(r[M.locator]) : '') },
        { key: 'device', optional: true, label: 'Device', class: 'name less', sort: (r) => r[M.device], cell: (r) => deviceOrKey(r[M.device]) },
        { key: 'count', label: 'Times', class: 'num less', sort: (r) => -r[M.count], cell: (r) => number(r[M.count]) },
      ],
      filters: [
        { key: 'severity', label: 'Severity', all: 'every severity', values: tally(diagnostics.map((r) => [r[M.severity], r[M.severity]])).sort((a, b) => severity(a[0]) - severity(b[0])), test: (r, v) => r[M.severity] === v },
        { key: 'code', label: 'Code', all: 'every code', values: tally(diagnostics.map((r) => [r[M.code], r[M.code]])), test: (r, v) => r[M.code] === v },
      ],
    });
  } else {
    doc.getElementById('diagnostics').append(h('p', {}, 'None.'));
  }

  // ---- details

  const terms = (pairs) => h('dl', {}, pairs.filter(([, v]) => v !== null && v !== undefined && v !== '' && !(Array.isArray(v) && !v.length))
    .flatMap(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]));
  const tableOf = (caption, head, rows) => h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, head.map((c) => h('th', { scope: 'col' }, c)))),
      h('tbody', {}, rows.map((cells) => h('tr', {}, cells.map((c) => h('td', {}, c)))))));
  const caveats = (list, title) => (list.length ? h('div', { class: 'caveats' }, h('h4', {}, title), h('ul', {}, list.map((s) => h('li', {}, show(s))))) : null);
  const optional = (value, make) => (value === null || value === undefined || value === '' ? null : make(value));

  // Where something stands, in which artifact, with which digest.
  const place = (at, scope) => [code(at.locator), at.artifact ? h('small', { class: 'block' }, show(at.artifact)) : null,
    h('small', { class: 'block' }, at.sha256 ? [`SHA-256 of the ${show(scope)}: `, hash(at.sha256)] : 'not hashed')].filter(Boolean);

  const KINDS = { 'package-name': 'Package name', 'bundle-id': 'Bundle identifier', 'store-id': 'App Store id', 'display-name': 'Display name' };

  const SAYS = { unknown: 'is named, its presence unknown', removed: 'was removed', trace: 'left a trace' };

  function findingSection(f, n) {
    const said = Object.hasOwn(SAYS, f.state) ? SAYS[f.state] : `is ${show(f.state)}`;
    const title = f.hosted_by ? [bdi(f.hosted_by), ` ${said}; it hosts `, bdi(f.app_name)] : [bdi(f.app_name), ` ${said}`];
    return h('section', { class: 'finding' },
      h('h3', {}, `${n + 1}. `, title),
      f.waiver ? h('p', { class: 'warning' }, h('strong', {}, 'Waived'), ` until ${show(f.waiver.expires)} by `, bdi(f.waiver.approver), ': ', bdi(f.waiver.basis), ' (', code(f.waiver.id), ')') : null,
      terms([
        ['What it says', code(f.code)],
        [Object.hasOwn(KINDS, f.identifier.kind) ? KINDS[f.identifier.kind] : 'Identifier', code(f.identifier.value)],
        ['Identified', `${show(f.strength)}, relation ${show(f.relation)}`],
        ['Shown name', optional(f.display_name, bdi)],
        ['Version', optional(f.version, bdi)],
        ['Users', users(f.users)],
        ['Installed by', optional(f.installer, code)],
        ['First seen', optional(f.first_seen, time)],
        ['Last seen', optional(f.last_seen, time)],
        ['Signer', [show(f.signer.status), ...f.signer.sha256.flatMap((s) => [h('br'), hash(s)])]],
        ['Named by', separated(f.policies.map(code), ', ')],
      ]),
      tableOf('Reasons', ['Indicator', 'Value in the evidence', 'Worth', 'Source of the indicator'],
        f.reasons.map((r) => [code(r.indicator), bdi(r.value), show(r.strength), show(r.confidence)])),
      tableOf('Statements it rests on', ['Location', 'Says', 'Users', 'As of'],
        f.provenance.map((p) => [place(p, p.hash_scope), show(p.state), users(p.users), optional(p.as_of, time) || 'unknown'])),
      caveats(f.does_not_prove, 'This does not prove'));
  }

  function deviceSections(i) {
    const d = deviceDetail(i);
    const id = d.identity;
    const messages = diagnostics.filter((m) => m[M.device] === d.key);
    return [
      h('p', { class: 'lead' }, badge(d.verdict, d.waived), ' ', d.verdict_reasons.map(meaning).join('; '), '.'),
      terms([
        ['Owner', optional(id.primary_user, bdi)],
        ['Model', optional(id.model, bdi)],
        ['System', [show(d.platform), id.os_version ? [' ', bdi(id.os_version)] : ''].flat()],
        ['Serial number', optional(id.serial, code)],
        ['UDID', optional(id.udid, code)],
        ['IMEI', separated(id.imei.map(code), ', ')],
        ['Management id', optional(id.mdm_id, code)],
        ['Enrollment id', optional(id.enrollment_id, code)],
        ['Other ids', separated(id.other_ids.map(code), ', ')],
        ['Ownership', show(id.ownership)],
        ['Enrollment', id.enrollment === 'unknown' ? null : show(id.enrollment)],
        ['Users', d.users.map((u) => `${u.id} (${show(u.kind)})`).join(', ')],
        ['Lists as of', optional(d.as_of, time)],
        ['Apps read', number(d.apps_observed)],
        ['Under each policy', separated(d.policies.map((p) => h('span', {}, code(p.id), ` ${show(p.verdict)}`)), ', ')],
        ['Record', d.record === 'device' ? null : show(d.record)],
        ['Key', code(d.key)],
      ]),
      d.findings.map(findingSection),
      d.findings.length ? null : h('p', {}, 'No findings.'),
      h('h3', {}, 'Coverage'),
      d.coverage.length ? tableOf('Lists of apps that were read', ['List', 'Users', 'Entries', 'As of', 'Location'],
        d.coverage.map((c) => [[h('strong', {}, show(c.completeness)), ` ${show(c.scope)}: ${meaning(c.basis)}`,
          c.holds_for ? ` Holds for ${show(c.holds_for)} only.` : '',
          c.assumption ? h('em', {}, `. ${show(c.assumption)}`) : '', c.note ? h('small', {}, `. ${show(c.note)}`) : ''],
        c.users ? users(c.users) : 'all', number(c.entries), optional(c.as_of, time) || 'unknown', place(c, 'file')]))
        : h('p', {}, 'No list of apps was found.'),
      caveats(d.does_not_prove, 'All this does not prove'),
      messages.length ? [h('h3', {}, 'Messages'), h('ul', {}, messages.map((m) => h('li', {}, severityBadge(m[M.severity]), ' ', bdi(m[M.message]), ' ', m[M.locator] ? code(m[M.locator]) : '')))] : null,
      h('h3', {}, 'Evidence'),
      h('ul', {}, d.evidence.map((e) => h('li', {}, evidenceAt.has(e) ? evidenceLink(evidenceAt.get(e)) : code(e)))),
      rawJson(d),
    ].flat();
  }

  function rawJson(value) {
    const box = h('details', { class: 'raw' }, h('summary', {}, 'As JSON'));
    box.addEventListener('toggle', () => {
      if (box.open && box.children.length < 2) box.append(h('pre', { tabindex: '0' }, JSON.stringify(value, null, 2).split('\n').map((line) => `${show(line)}\n`)));
    });
    return box;
  }

  const title = h('h2', { id: 'detail-title', tabindex: '-1' });
  const close = h('button', { type: 'button' }, 'Close');
  const previous = h('button', { type: 'button' }, 'Previous');
  const next = h('button', { type: 'button' }, 'Next');
  const content = h('div', { class: 'content' });
  const dialog = h('dialog', { id: 'detail', 'aria-labelledby': 'detail-title' },
    h('div', { class: 'bar' }, title, h('div', { class: 'buttons' }, previous, next, close)), content);
  doc.body.append(dialog);
  let step = null;

  function openDialog(heading, sections) {
    title.replaceChildren(bdi(heading));
    content.replaceChildren(...sections.filter(Boolean));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    title.focus();
  }

  function openDevice(i) {
    openDialog(nameOf(devices[i]), deviceSections(i));
    const order = deviceGrid.shown();
    const at = order.indexOf(i);
    step = (by) => at >= 0 && order[at + by] !== undefined && openDevice(order[at + by]);
    previous.hidden = next.hidden = at < 0;
    previous.disabled = at <= 0;
    next.disabled = at >= order.length - 1;
    const parameters = deviceGrid.parameters();
    parameters.set('device', devices[i][D.key]);
    setAddress(parameters);
  }

  function openEvidence(i) {
    const e = evidenceDetail(i);
    openDialog(`Evidence ${e.id}`, [
      terms([['Location', code(e.locator)], ['Kind', show(e.kind)], ['Status', show(e.status)], ['Bytes', bytes(e.size)]]),
      h('h3', {}, 'Devices'),
      e.devices.length ? h('ul', {}, e.devices.slice(0, 500).map((key) => h('li', {}, deviceOrKey(key))), e.devices.length > 500 ? h('li', {}, `and ${number(e.devices.length - 500)} more`) : null) : h('p', {}, 'None.'),
      h('h3', {}, 'Files that were read'),
      e.consulted.length ? tableOf('Files that were read', ['Location', 'Bytes', 'Changed'],
        e.consulted.slice(0, 2000).map((c) => [place(c, c.hash_scope), bytes(c.size), optional(c.mtime, time) || ''])) : h('p', {}, 'None.'),
      e.consulted.length > 2000 ? h('p', {}, `and ${number(e.consulted.length - 2000)} more, in the JSON report`) : null,
    ]);
    previous.hidden = next.hidden = true;
  }

  close.addEventListener('click', () => dialog.close());
  previous.addEventListener('click', () => step(-1));
  next.addEventListener('click', () => step(1));
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => {
    content.replaceChildren();
    if (deviceGrid) setAddress(deviceGrid.parameters());
  });

  // ---- links of charts and tiles, order, address

  for (const place of doc.querySelectorAll('[data-filter]')) {
    const at = place.dataset.filter.indexOf('=');
    const parameters = new URLSearchParams({ [place.dataset.filter.slice(0, at)]: place.dataset.filter.slice(at + 1) });
    if (!deviceGrid) continue;
    const link = h('a', { href: `#?${parameters}` });
    link.append(...place.childNodes);
    place.append(link);
  }

  // The outcome is written last because it is known last; it is read first.
  const main = doc.querySelector('main');
  main.prepend(doc.getElementById('outcome'));
  const basis = doc.getElementById('basis');
  main.append(basis, doc.getElementById('how'));

  function follow() {
    const parameters = address();
    if (!deviceGrid || !location.hash.startsWith('#?')) return;
    const device = parameters.get('device');
    if (device !== null && deviceAt.has(device)) {
      openDevice(deviceAt.get(device));
      return;
    }
    if (dialog.open) dialog.close();
    deviceGrid.read(parameters);
    const heading = doc.getElementById('devices-title');
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  }
  window.addEventListener('hashchange', follow);
  follow();

  // ---- print: what the filters show, then the details of what needs action

  let appendix = null;
  window.addEventListener('beforeprint', () => {
    if (!deviceGrid || dialog.open || appendix) return;
    const shown = deviceGrid.drawAll();
    const act = shown.filter((i) => rank(devices[i][D.verdict]) < 2);
    appendix = h('section', { class: 'appendix' },
      shown.length > PRINT_ROWS ? h('p', { class: 'warning' }, `The table of devices holds the first ${number(PRINT_ROWS)} of ${number(shown.length)} rows.`) : null,
      act.length ? h('h2', {}, 'Prohibited and suspect devices in detail') : null,
      act.length > PRINT_DETAILS ? h('p', { class: 'warning' }, `The first ${number(PRINT_DETAILS)} of ${number(act.length)}; filter the table and print again for others.`) : null,
      act.slice(0, PRINT_DETAILS).map((i) => h('article', {}, h('h3', { class: 'device' }, bdi(nameOf(devices[i]))), deviceSections(i))));
    main.append(appendix);
  });
  window.addEventListener('afterprint', () => {
    if (!appendix) return;
    appendix.remove();
    appendix = null;
    deviceGrid.update(false);
  });
})();
