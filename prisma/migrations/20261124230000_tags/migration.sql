-- Words that people find experiments by.
ALTER TABLE "experiments" ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
CREATE INDEX "experiments_tags_idx" ON "experiments" USING GIN ("tags");
