-- In a migration of its own: the one before it can be run again until it is over.
DROP TABLE IF EXISTS mart.flow SYNC;
DROP TABLE IF EXISTS mart.flow_beside SYNC;
