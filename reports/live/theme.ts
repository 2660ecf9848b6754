/** Light, dark, or as the device is; kept on the device so that it holds before anything is read. */
export type Theme = 'auto' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const KEPT = 'lumbung.theme';

export function useTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem(KEPT, theme);
}

export function recallTheme(): Theme {
  const asked = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem(KEPT);
  return THEMES.find((theme) => theme === asked) ?? 'auto';
}
