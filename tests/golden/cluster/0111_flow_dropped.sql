DROP TABLE IF EXISTS mart_local.flow ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.flow ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart_local.flow_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.flow_beside ON CLUSTER 'nation' SYNC;
