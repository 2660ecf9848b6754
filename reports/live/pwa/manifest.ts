/** What a device is told when the screen is installed. Colours are those of the page and of the brand. */
export const BRAND = '#2f6b2c';
const PAPER = '#fbfaf6';
const SIZES = [192, 512] as const;

/** `iconOf` gives the address of the icon of a size. */
export const manifest = (iconOf: (size: number) => string) => ({
  id: '/',
  name: 'Lumbung: ringkasan langsung',
  short_name: 'Lumbung',
  description: 'Ringkasan langsung program Makan Bergizi Gratis.',
  lang: 'id',
  dir: 'ltr',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  background_color: PAPER,
  theme_color: BRAND,
  icons: SIZES.flatMap((size) =>
    ['any', 'maskable'].map((purpose) => ({
      src: iconOf(size),
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose,
    })),
  ),
});
