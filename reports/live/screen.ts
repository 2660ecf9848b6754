/**
 * The summary screen: headline, attention, cards by section, the chosen KPI over time, the units below.
 * Invariants: the address holds the whole view; an update changes text in place, so nothing moves; what is shown stays
 * on screen when the connection is lost, and its age is said.
 */
import { formatChange, formatExact, formatLimits, formatPeriod, formatShort } from '../../warehouse/kpis/format.ts';
import { sparkline, trendChart } from '../charts/trend.ts';
import {
  ApiError,
  absent,
  call,
  type Kpi,
  type KpiValue,
  type Series,
  type Session,
  type Summary,
  type UnitRow,
} from './api.ts';
import { type ConnectionState, connectLive } from './connection.ts';
import { el } from './dom.ts';
import { headline } from './headline.ts';
import { defined, insightsList } from './insights.ts';
import { signOut } from './signin.ts';

const WORDS = { ok: '● sesuai', warn: '▲ perhatian', critical: '■ kritis', none: '○ tanpa target' } as const;
const STALE_MS = 120_000;

type View = { scope: string; date: string | null; kpi: string };

export function showScreen(root: HTMLElement, session: Session, signedOut: () => void): void {
  const parts = frame();
  root.replaceChildren(parts.page);
  let kpis: Kpi[] = [];
  let summary: Summary | undefined;
  let view = readView();
  let state: ConnectionState = 'connecting';
  let attempts = 0;
  let reading = false;
  let again = false;

  function readView(): View {
    const query = new URLSearchParams(location.search);
    return {
      scope: query.get('scope') ?? session.scopes[0] ?? 'national',
      date: query.get('date'),
      kpi: query.get('kpi') ?? 'portions_delivered',
    };
  }
  const go = (change: Partial<View>) => {
    view = { ...view, ...change };
    const query = new URLSearchParams({ scope: view.scope, kpi: view.kpi, ...(view.date ? { date: view.date } : {}) });
    history.pushState(null, '', `/?${query}`);
    void refresh();
  };

  /** Reads again; at most one reading runs and one waits. */
  const refresh = async () => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        await read();
        await new Promise((resolve) => setTimeout(resolve, 200));
      } while (again);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return leave();
      const known = error instanceof ApiError && error.status < 500;
      parts.trouble.textContent = known
        ? `Tidak dapat ditampilkan: ${error.message}`
        : 'Data tidak dapat dibaca. Yang tampak adalah data terakhir. Mencoba lagi …';
      parts.trouble.hidden = false;
      if (!known) setTimeout(() => void refresh(), 3_000);
    } finally {
      reading = false;
    }
  };
  const read = async () => {
    const wanted = view;
    if (kpis.length === 0) kpis = (await call<{ kpis: Kpi[] }>('/kpis')).kpis;
    const day = wanted.date ? `&date=${encodeURIComponent(wanted.date)}` : '';
    const scope = encodeURIComponent(wanted.scope);
    const [next, below] = await Promise.all([
      call<Summary>(`/summary?scope=${scope}${day}`),
      call<{ units: UnitRow[] }>(`/units?parent=${scope}`),
    ]);
    const kpi = kpis.find((candidate) => candidate.id === wanted.kpi) ?? kpis[0];
    const days = session.todayOnly ? 0 : kpi?.grain === undefined ? 59 : 400;
    const from = new Date(Date.parse(next.date) - days * 86_400_000).toISOString().slice(0, 10);
    const range = `grain=${kpi?.grain ?? 'day'}&from=${from}&to=${next.date}`;
    const series = kpi
      ? await call<Series>(`/kpis/${encodeURIComponent(kpi.id)}/series?scope=${scope}&${range}`)
      : { points: [] };
    if (wanted !== view) {
      again = true;
      return;
    }
    parts.trouble.hidden = true;
    const moved = summary?.scope !== next.scope || summary.date !== next.date;
    render(next, below.units, kpi, series, moved);
    summary = next;
    live.watch(wanted.scope);
    // They are about days that are over.
    if (!session.todayOnly) void parts.insights.show(wanted.scope, wanted.date);
    root.setAttribute('aria-busy', 'false');
  };

  const render = (next: Summary, units: UnitRow[], chosen: Kpi | undefined, series: Series, moved: boolean) => {
    document.title = `${next.name} · Lumbung`;
    parts.name.textContent = next.name;
    parts.date.value = next.date;
    parts.headline.textContent = headline(next);
    parts.path.replaceChildren(
      ...next.path.map((unit) =>
        el(
          'li',
          {},
          el('a', { href: `/?scope=${encodeURIComponent(unit.scope)}`, click: follow(unit.scope) }, unit.name),
        ),
      ),
    );
    renderAttention(next);
    if (moved) parts.sections.replaceChildren(...sections(next));
    else for (const value of next.kpis) updateCard(value);
    for (const card of parts.sections.querySelectorAll('.card')) {
      card.setAttribute('aria-pressed', String(card.getAttribute('data-kpi') === chosen?.id));
    }
    if (chosen) renderTrend(chosen, series);
    parts.unitsTitle.hidden = units.length === 0;
    parts.units.replaceChildren(
      ...units.map((unit) =>
        el(
          'li',
          { 'data-testid': `unit-${unit.scope}` },
          el('a', { href: `/?scope=${encodeURIComponent(unit.scope)}`, click: follow(unit.scope) }, unit.name),
          unit.level === 'sppg' ? null : el('span', { class: 'small' }, ` ${unit.sppgCount} dapur`),
        ),
      ),
    );
  };
  const follow = (scope: string) => (event: Event) => {
    event.preventDefault();
    go({ scope });
  };

  const renderAttention = (next: Summary) => {
    const wrong = next.kpis.filter((kpi) => kpi.status === 'warn' || kpi.status === 'critical');
    parts.attentionTitle.hidden = wrong.length === 0;
    parts.attention.replaceChildren(
      ...wrong.flatMap((value) => {
        const kpi = kpis.find((candidate) => candidate.id === value.id);
        if (!kpi) return [];
        const status = el('span', { class: 'status', 'data-status': value.status }, WORDS[value.status]);
        const figure = `: ${formatShort(value.value, kpi.unit)} (target ${formatLimits(kpi.target, kpi.unit)})`;
        return [el('li', {}, status, ' ', defined(kpi.id, kpi.name.id), figure)];
      }),
    );
  };
  const sections = (next: Summary): HTMLElement[] => {
    const names = new Map(kpis.map((kpi) => [kpi.section, kpi.sectionName.id]));
    return [...names].map(([section, name]) =>
      el(
        'section',
        {},
        el('h2', {}, name),
        el(
          'div',
          { class: 'cards' },
          ...kpis
            .filter((kpi) => kpi.section === section)
            .flatMap((kpi) => {
              const value = next.kpis.find((candidate) => candidate.id === kpi.id);
              return value ? [card(kpi, value)] : [];
            }),
        ),
      ),
    );
  };
  const card = (kpi: Kpi, value: KpiValue): HTMLElement =>
    el(
      'button',
      {
        type: 'button',
        class: 'card',
        'data-kpi': kpi.id,
        'data-testid': `card-${kpi.id}`,
        title: kpi.definition.id,
        click: () => go({ kpi: kpi.id }),
      },
      el('span', { class: 'name' }, kpi.name.id),
      ...cardBody(kpi, value),
    );
  const cardBody = (kpi: Kpi, value: KpiValue): HTMLElement[] => {
    const short = formatShort(value.value, kpi.unit);
    const [compared, than] =
      kpi.grain === undefined ? [value.sameWeekday, 'pekan lalu'] : [value.previousPeriod, 'periode lalu'];
    const change = formatChange(value.value, compared?.value ?? null, kpi.unit);
    const spark = el('span', { class: 'spark', 'aria-hidden': 'true' });
    // One point is no trend.
    if (value.trend.filter((point) => point.value !== null).length > 1) {
      spark.append(
        sparkline(value.trend, {
          unit: kpi.unit,
          target: kpi.target,
          width: 200,
          height: 36,
          label: '',
          daily: kpi.grain === undefined,
        }),
      );
    }
    return [
      el(
        'span',
        {
          class: short === null ? 'value nodata' : 'value',
          'data-testid': `value-${kpi.id}`,
          'data-value': value.value === null ? '' : String(value.value),
          title: formatExact(value.value, kpi.unit) ?? '',
        },
        short ?? absent(value.withheld),
      ),
      el(
        'span',
        { class: 'status', 'data-status': value.status },
        value.value === null ? `○ ${absent(value.withheld)}` : WORDS[value.status],
      ),
      el('span', { class: 'small' }, change === null ? '' : `${change} dari ${than}`),
      spark,
    ];
  };
  const updateCard = (value: KpiValue) => {
    const kpi = kpis.find((candidate) => candidate.id === value.id);
    const element = parts.sections.querySelector(`[data-kpi="${value.id}"]`);
    if (!kpi || !element) return;
    const shown = element.querySelector('.value')?.getAttribute('data-value');
    const changed = shown !== (value.value === null ? '' : String(value.value));
    element.replaceChildren(el('span', { class: 'name' }, kpi.name.id), ...cardBody(kpi, value));
    if (!changed) return;
    element.classList.remove('changed');
    requestAnimationFrame(() => element.classList.add('changed'));
  };

  const renderTrend = (kpi: Kpi, series: Series) => {
    const grain = kpi.grain ?? 'day';
    const days = session.todayOnly ? 'hari ini' : '60 hari terakhir';
    const span = { day: days, fortnight: 'per dua minggu', month: 'per bulan' }[grain];
    parts.trendTitle.replaceChildren(defined(kpi.id, kpi.name.id), `, ${span}`);
    parts.definition.textContent = kpi.definition.id;
    const rows = series.points;
    if (rows.length === 0) return parts.chart.replaceChildren(el('p', { class: 'nodata' }, 'belum ada data'));
    const width = Math.max(320, parts.chart.clientWidth - 32);
    const label = `${kpi.name.id}, ${span}, terakhir ${formatExact(rows.at(-1)?.value ?? null, kpi.unit) ?? 'belum ada data'}`;
    parts.chart.replaceChildren(
      trendChart(rows, { unit: kpi.unit, target: kpi.target, width, height: 320, label, daily: grain === 'day' }),
    );
    parts.table.replaceChildren(
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, grain === 'day' ? 'Tanggal' : 'Periode'),
        el('th', { scope: 'col' }, kpi.name.id),
      ),
      ...[...rows]
        .reverse()
        .map((row) =>
          el(
            'tr',
            {},
            el('td', {}, formatPeriod(row.date, grain)),
            el('td', {}, formatExact(row.value, kpi.unit) ?? absent(row.withheld)),
          ),
        ),
    );
  };

  const tick = () => {
    const { connection, age, stale } = parts;
    connection.dataset.state = state;
    connection.textContent =
      state === 'open' ? 'tersambung' : state === 'connecting' ? 'menyambung …' : `terputus, percobaan ${attempts}`;
    const committed = summary?.asOf.committedAt;
    if (!committed) return;
    const ageMs = Math.max(0, Date.now() - Date.parse(committed));
    const seconds = Math.round(ageMs / 1000);
    age.textContent = seconds < 90 ? `data ${seconds} detik lalu` : `data ${Math.round(seconds / 60)} menit lalu`;
    stale.hidden = ageMs < STALE_MS && state !== 'closed';
    const since = new Date(committed).toLocaleTimeString('id-ID', { hour: '2-digit', minute: '2-digit' });
    stale.textContent = `Data belum diperbarui sejak ${since}. Angka yang tampak berlaku sampai saat itu; sambungan dicoba terus.`;
    if (state === 'open' && ageMs > 15_000) void refresh();
  };

  const live = connectLive({
    state(next, attempt) {
      state = next;
      attempts = attempt;
      tick();
    },
    changed: () => void refresh(),
  });
  const ticker = setInterval(tick, 1_000);
  const onPop = () => {
    view = readView();
    void refresh();
  };
  addEventListener('popstate', onPop);
  const leave = () => {
    clearInterval(ticker);
    removeEventListener('popstate', onPop);
    live.close();
    signedOut();
  };
  parts.who.textContent = session.name;
  parts.signOut.addEventListener('click', () => void signOut().finally(leave));
  parts.date.disabled = session.todayOnly;
  parts.date.addEventListener('change', () => go({ date: parts.date.value === '' ? null : parts.date.value }));
  void refresh();
}

/** The fixed frame of the screen; content is filled in place. */
function frame() {
  const date = el('input', { type: 'date', 'aria-label': 'Tanggal' }) as HTMLInputElement;
  const skeleton = () => el('div', { class: 'card skeleton', 'aria-hidden': 'true' }, 'memuat');
  const parts = {
    date,
    name: el('h1', { 'data-testid': 'scope-name' }, 'Memuat …'),
    headline: el('p', { class: 'headline', 'aria-live': 'polite' }, '\u00a0'),
    path: el('ol', { 'data-testid': 'breadcrumbs' }),
    connection: el(
      'span',
      { class: 'connection small', 'data-testid': 'connection', 'data-state': 'connecting' },
      'menyambung …',
    ),
    age: el('span', { class: 'small', 'data-testid': 'data-age' }),
    who: el('span', { class: 'small' }),
    signOut: el('button', { type: 'button', class: 'link', 'data-testid': 'signout' }, 'Keluar'),
    stale: el('p', { class: 'banner', role: 'status', 'data-testid': 'stale-banner', hidden: true }),
    trouble: el('p', { class: 'banner error', role: 'alert', hidden: true }),
    attentionTitle: el('h2', { hidden: true }, 'Perlu perhatian'),
    attention: el('ul', { class: 'attention' }),
    insights: insightsList(),
    sections: el('div', {}, el('div', { class: 'cards' }, ...Array.from({ length: 8 }, skeleton))),
    trendTitle: el('h2', {}, 'Perkembangan'),
    definition: el('p', { class: 'small' }),
    chart: el('div', { class: 'chart', 'data-testid': 'trend-chart' }),
    table: el('table', {}),
    unitsTitle: el('h2', { hidden: true }, 'Wilayah dan dapur'),
    units: el('ul', { class: 'units', 'data-testid': 'units-list' }),
  };
  const { connection, age, who, signOut, stale, trouble, name, headline, path } = parts;
  const page = el(
    'div',
    { class: 'page' },
    el(
      'header',
      { class: 'top' },
      el('span', { class: 'brand' }, 'Lumbung'),
      connection,
      age,
      el('span', { class: 'spacer' }),
      who,
      signOut,
    ),
    stale,
    trouble,
    el('nav', { 'aria-label': 'Wilayah' }, path),
    el(
      'main',
      {},
      name,
      headline,
      el('label', { class: 'small' }, 'Tanggal ', date),
      parts.attentionTitle,
      parts.attention,
      parts.insights.element,
      parts.sections,
      parts.trendTitle,
      parts.definition,
      parts.chart,
      el('details', {}, el('summary', { class: 'small' }, 'Tabel'), parts.table),
      parts.unitsTitle,
      parts.units,
    ),
  );
  return { ...parts, page };
}
