-- Published tables become experiments of kind `imported`: their stages are done from the start and are never run.
ALTER TABLE "experiments" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'grid';
