// Pages are found in their folder, not by their links: many of those lead to pages of units, which are made elsewhere.
export default { kit: { prerender: { crawl: false } } };
