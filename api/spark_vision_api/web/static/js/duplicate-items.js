// Overlapping regions of a photo find the same thing: one card is enough for it.
const WHOLE = { x: 0, y: 0, width: 1, height: 1 };
const MUCH = 0.5; // Of the smaller region. Two things of one product that stand close share less.

// How much of the smaller of two boxes lies in the other; null: the whole photo.
function shared(one, other) {
  const [a, b] = [one ?? WHOLE, other ?? WHOLE];
  const along = (from, size) => Math.max(0, Math.min(a[from] + a[size], b[from] + b[size]) - Math.max(a[from], b[from]));
  return along("x", "width") * along("y", "height") / Math.min(a.width * a.height, b.width * b.height);
}

// The number of the first item above this one whose card shows the product, 0 where none does; `shows` tells the id that a card
// shows.
export const echoed = (items, index, id, shows) => items.slice(0, index).findIndex((above) => shows(above) === id) + 1;

// Whether an item overlaps one above it so much that both may be about one thing.
export const overlaps = (above, item) => shared(above.box, item.box) >= MUCH;

// The items whose first suggestion is that of an item above which they overlap, each with its number. One that is sure is no
// echo of a guess, and nothing is an echo of an echo.
export function echoesIn(items) {
  const found = new Map();
  for (const [index, item] of items.entries()) {
    const close = (above) => overlaps(above, item) && (item.no_match || !above.no_match);
    const shows = (above) => (!found.has(above) && close(above) ? above.suggestions[0]?.product_id : null);
    const above = echoed(items, index, item.suggestions[0]?.product_id, shows);
    if (above && item.suggestions.length) found.set(item, above);
  }
  return found;
}
