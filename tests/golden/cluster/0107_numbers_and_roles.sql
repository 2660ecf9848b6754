ALTER TABLE ops_local.exports ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS number String DEFAULT '';

ALTER TABLE ops.exports ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS number String DEFAULT '';

ALTER TABLE ops_local.deliveries ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS role LowCardinality(String) DEFAULT '';

ALTER TABLE ops.deliveries ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS role LowCardinality(String) DEFAULT '';
