/** How much wider than its distance a part of the crowd may be to count as one point; less is more exact and slower. */
const THETA = 0.7;
/** Points that lie together more often than that share a leaf. */
const DEEPEST = 32;

/**
 * What pushes points apart (Barnes and Hut): for each the sum over all others of (one - other) / (1 + distance²)², far ones taken
 * together. The memory is used again for the next call.
 */
export class Crowd {
  #nodes = 0;
  #mass = new Float64Array(0);
  /** Sums of the coordinates, x and y. */
  #sum = new Float64Array(0);
  /** Middle x, middle y and half the width of a square. */
  #square = new Float64Array(0);
  /** Four for each node; -1 is none. */
  #children = new Int32Array(0);
  readonly #stack = new Int32Array(4 * DEEPEST + 8);

  /** Fills `push` (x and y for each) and answers the sum of 1 / (1 + distance²) over all pairs, each in both directions. */
  pushes(places: Float64Array, push: Float64Array): number {
    this.#grow(places.length * 2 + 64);
    this.#plant(places);
    let total = 0;
    for (let at = 0; at < places.length; at += 2) total += this.#pushOn(places[at]!, places[at + 1]!, push, at);
    return total;
  }

  /** @param nodes that there must be room for */
  #grow(nodes: number): void {
    if (this.#mass.length >= nodes) return;
    const [mass, sum, square, children] = [this.#mass, this.#sum, this.#square, this.#children];
    this.#mass = new Float64Array(nodes);
    this.#sum = new Float64Array(nodes * 2);
    this.#square = new Float64Array(nodes * 3);
    this.#children = new Int32Array(nodes * 4);
    this.#mass.set(mass);
    this.#sum.set(sum);
    this.#square.set(square);
    this.#children.set(children);
  }

  #plant(places: Float64Array): void {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let at = 0; at < places.length; at += 2) {
      left = Math.min(left, places[at]!);
      right = Math.max(right, places[at]!);
      low = Math.min(low, places[at + 1]!);
      high = Math.max(high, places[at + 1]!);
    }
    this.#nodes = 0;
    this.#node((left + right) / 2, (low + high) / 2, Math.max(right - left, high - low, 1e-9) / 2 + 1e-9);
    for (let at = 0; at < places.length; at += 2) this.#insert(places[at]!, places[at + 1]!);
  }

  #node(x: number, y: number, half: number): number {
    if (this.#nodes + 1 > this.#mass.length) this.#grow(this.#mass.length * 2);
    const node = this.#nodes++;
    this.#mass[node] = 0;
    this.#sum[node * 2] = 0;
    this.#sum[node * 2 + 1] = 0;
    this.#square.set([x, y, half], node * 3);
    this.#children.fill(-1, node * 4, node * 4 + 4);
    return node;
  }

  #insert(x: number, y: number): void {
    for (let node = 0, depth = 0; ; depth++) {
      const before = this.#mass[node]!;
      if (before === 1 && depth < DEEPEST && this.#isLeaf(node)) this.#split(node);
      this.#add(node, x, y);
      if (before === 0 || depth === DEEPEST) return;
      node = this.#childAt(node, x, y);
    }
  }

  #isLeaf(node: number): boolean {
    const first = node * 4;
    const children = this.#children;
    return children[first]! + children[first + 1]! + children[first + 2]! + children[first + 3]! === -4;
  }

  /** Moves the one point of a leaf into a child. */
  #split(node: number): void {
    const [x, y] = [this.#sum[node * 2]!, this.#sum[node * 2 + 1]!];
    this.#add(this.#childAt(node, x, y), x, y);
  }

  #add(node: number, x: number, y: number): void {
    this.#mass[node]!++;
    this.#sum[node * 2]! += x;
    this.#sum[node * 2 + 1]! += y;
  }

  #childAt(node: number, x: number, y: number): number {
    const at = node * 3;
    const [middleX, middleY, half] = [this.#square[at]!, this.#square[at + 1]!, this.#square[at + 2]! / 2];
    const which = node * 4 + (x > middleX ? 1 : 0) + (y > middleY ? 2 : 0);
    const known = this.#children[which]!;
    if (known >= 0) return known;
    const child = this.#node(middleX + (x > middleX ? half : -half), middleY + (y > middleY ? half : -half), half);
    this.#children[which] = child;
    return child;
  }

  #pushOn(x: number, y: number, push: Float64Array, at: number): number {
    const [mass, sum, square, children, stack] = [this.#mass, this.#sum, this.#square, this.#children, this.#stack];
    let [pushX, pushY, total, top] = [0, 0, 0, 0];
    stack[top++] = 0;
    while (top > 0) {
      const node = stack[--top]!;
      const many = mass[node]!;
      const dx = x - sum[node * 2]! / many;
      const dy = y - sum[node * 2 + 1]! / many;
      const apart = dx * dx + dy * dy;
      const width = square[node * 3 + 2]! * 2;
      const first = node * 4;
      const isFar = width * width < THETA * THETA * apart;
      let hasChild = false;
      if (!isFar)
        for (let child = first; child < first + 4; child++)
          if (children[child]! >= 0) {
            stack[top++] = children[child]!;
            hasChild = true;
          }
      if (hasChild) continue;
      const near = 1 / (1 + apart);
      const weight = many * near;
      total += weight;
      pushX += weight * near * dx;
      pushY += weight * near * dy;
    }
    push[at] = pushX;
    push[at + 1] = pushY;
    return total - 1; // the point itself, which pushes nowhere
  }
}
