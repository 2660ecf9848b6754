-- The day by which batches and handovers are placed is written as the engine finds it in a question: they are made anew, and filled before anything is computed.
DROP VIEW IF EXISTS ops.feed_placed_food_productions SYNC;
DROP TABLE IF EXISTS ops.placed_food_productions SYNC;
DROP VIEW IF EXISTS ops.feed_placed_school_distributions SYNC;
DROP TABLE IF EXISTS ops.placed_school_distributions SYNC;
