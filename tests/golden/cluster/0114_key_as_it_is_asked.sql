DROP VIEW IF EXISTS ops_local.feed_placed_food_productions ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.placed_food_productions ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.placed_food_productions ON CLUSTER 'nation' SYNC;

DROP VIEW IF EXISTS ops_local.feed_placed_school_distributions ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.placed_school_distributions ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.placed_school_distributions ON CLUSTER 'nation' SYNC;
