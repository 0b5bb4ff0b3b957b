-- An experiment may be extended: every grid that was submitted to it is kept as it was.
CREATE TABLE "grids" (
    "experiment_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "cells" INTEGER NOT NULL,
    "runs" INTEGER NOT NULL,
    "stages" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "grids_pkey" PRIMARY KEY ("experiment_id","version")
);

ALTER TABLE "grids" ADD CONSTRAINT "grids_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

INSERT INTO "grids" ("experiment_id", "version", "spec", "cells", "runs", "stages", "created_at")
SELECT e."id", 1, e."spec",
  (SELECT count(*) FROM "cells" c WHERE c."experiment_id" = e."id"),
  (SELECT count(*) FROM "runs" r WHERE r."experiment_id" = e."id"),
  (SELECT count(DISTINCT s."stage_key") FROM "runs" r JOIN "run_stages" s ON s."run_id" = r."id" WHERE r."experiment_id" = e."id"),
  e."created_at"
FROM "experiments" e WHERE e."kind" = 'grid';
