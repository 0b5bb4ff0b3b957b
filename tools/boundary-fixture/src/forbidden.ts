// Every import here breaks a direction; tools/check-boundaries.mjs demands that the linter refuses each of them.
import '@ablate/contracts';
import '@ablate/storage';
import '@ablate/tensor';
import '@ablate/worker';
