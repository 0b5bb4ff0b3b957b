import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';

/**
 * The blind control's images: the distinct images in an order drawn from `seed`, each replaced by the next one, the last by the
 * first. No question keeps its image, while questions, targets and the set of images stay as they are. A single image has no
 * other to exchange with and stays.
 */
export function exchangedImages(images: readonly string[], seed: number): ReadonlyMap<string, string> {
  const order = [...new Set(images)];
  const random = xoroshiro128plus(seed);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = uniformInt(random, 0, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return new Map(order.map((image, i) => [image, order[(i + 1) % order.length]!]));
}
