-- Batches and handovers are placed by the local day of the western zone: they are made anew, and filled before anything is computed (warehouse/placed.ts).
DROP VIEW IF EXISTS ops.feed_placed_food_productions SYNC;
DROP TABLE IF EXISTS ops.placed_food_productions SYNC;
DROP VIEW IF EXISTS ops.feed_placed_school_distributions SYNC;
DROP TABLE IF EXISTS ops.placed_school_distributions SYNC;
