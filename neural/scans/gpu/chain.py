"""Triton kernels for banks of chains.

One program takes one text and a block of patterns, which lie side by side in memory, so that loads are coalesced. It
walks over the text in tiles of time; inside a tile each state is an associative scan. States are skewed against each
other: with ĉ_i[τ] = c_i[τ − (n − i)] the recurrence

    c_i[t] = f_i[t] ⊗ c_i[t−1] ⊕ u_i[t] ⊗ c_{i−1}[t−1]    becomes    ĉ_i[τ] = f̂_i[τ] ⊗ ĉ_i[τ−1] ⊕ û_i[τ] ⊗ ĉ_{i−1}[τ],

so that a state needs the one before it at the same place of the same tile only. Before a text's first token and behind
its last one a step keeps what is there (f̂ = 1̄, û = 0̄). The backward pass does the same from the end, last state first.
`neural.scan_ref` is the definition.
"""

import triton
import triton.language as tl


@triton.jit
def _compose(f1, b1, f2, b2):
    # x ↦ f1·x + b1, and then x ↦ f2·x + b2: what the associative scan puts together.
    return f1 * f2, b1 * f2 + b2


@triton.jit
def _log_plus(a, b):
    top = tl.maximum(a, b)
    safe = tl.where(top == float("-inf"), 0.0, top)  # −∞ − (−∞) is no number
    return tl.where(top == float("-inf"), top, safe + tl.log(tl.exp(a - safe) + tl.exp(b - safe)))


@triton.jit
def _log_compose(f1, b1, f2, b2):
    # `_compose` of logarithms.
    return f1 + f2, _log_plus(b1 + f2, b2)


@triton.jit
def _share(mine, other):
    """exp(mine) / (exp(mine) + exp(other)), 0 where nothing arrives: the two shares of a state add up to one."""
    nothing = mine == float("-inf")
    difference = tl.where(nothing, 0.0, other - mine)
    return tl.where(nothing, 0.0, 1.0 / (1.0 + tl.exp(difference)))


@triton.jit
def _row(tile, places, which):
    """One row of a tile."""
    return tl.sum(tl.where(places == which, tile, 0.0), 0)


@triton.jit
def _wide(t, length, p, count):
    """Which places of a tile are tokens and patterns."""
    return ((t >= 0) & (t < length))[:, None] & (p < count)[None, :]


@triton.jit
def _arcs(weights, bias, row, column, half, mask, GATED: tl.constexpr):
    """(u, f) of arcs: read, or made of the products with the word vectors."""
    u = tl.load(weights + row * 2 * half + column, mask=mask, other=0.0)
    f = tl.load(weights + row * 2 * half + half + column, mask=mask, other=0.0)
    if GATED:
        f = 1.0 / (1.0 + tl.exp(-(f + tl.load(bias + column, mask=mask, other=0.0))))
        u = (1.0 - f) * u
    return u, f


@triton.jit
def forward(
    weights, bias, rows, offsets, initial, starts, history, final, states, half,
    N: tl.constexpr, ROWS: tl.constexpr, TIME: tl.constexpr, BLOCK: tl.constexpr, LOG: tl.constexpr,
    GATED: tl.constexpr,
):  # fmt: skip
    """Scores of all states after every token, and after the last one.

    weights [row, 2·half]: main arcs, then self-loops; starts [N + 2]: where the states of each depth begin; ROWS: the
    smallest power of two from N + 1 on.
    """
    text = tl.program_id(0)
    p = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    begin = tl.load(offsets + text)
    length = tl.load(offsets + text + 1) - begin
    # carry [depth, pattern]: the score of each state before the tile; a row of it is read and written by a mask.
    depth = tl.arange(0, ROWS)
    first = tl.load(starts + depth, mask=depth <= N, other=0)
    beyond = tl.load(starts + depth + 1, mask=depth <= N, other=0)
    inside = (depth[:, None] <= N) & (p[None, :] < (beyond - first)[:, None])
    carry = tl.load(initial + text * states + first[:, None] + p[None, :], mask=inside, other=0.0)
    steps = tl.arange(0, TIME)
    one_start = tl.load(starts + 1)
    # Tile by tile of skewed time, N − 1 steps more than tokens, until the last state has read the last token.
    for tile in range(0, length + N - 1, TIME):
        before = tl.zeros((TIME, BLOCK), carry.dtype) + _row(carry, depth[:, None], 0)[None, :]
        # The states of a chain in their order: `before` holds the scores of state i − 1 at every step of the tile.
        for i in tl.static_range(1, N + 1):
            t = tile + steps - (N - i)
            start = tl.load(starts + i)
            here = _wide(t, length, p, tl.load(starts + i + 1) - start)
            token = begin + t
            if i == 1:  # the first states of all chains keep their score
                tl.store(history + token[:, None] * states + p[None, :], before, mask=_wide(t, length, p, one_start))
            row = tl.load(rows + token, mask=(t >= 0) & (t < length), other=0)
            u, f = _arcs(weights, bias, row[:, None], start - one_start + p[None, :], half, here, GATED)
            # All steps of the tile at once: what they do to a score is composed, and done to the one before the tile.
            last = _row(carry, depth[:, None], i)
            if LOG:
                f = tl.where(here, f, 0.0)
                b = tl.where(here, u + before, float("-inf"))
                ff, bb = tl.associative_scan((f, b), 0, _log_compose)
                now = _log_plus(ff + last[None, :], bb)
            else:
                f = tl.where(here, f, 1.0)
                b = tl.where(here, u * before, 0.0)
                ff, bb = tl.associative_scan((f, b), 0, _compose)
                now = ff * last[None, :] + bb
            # Write down, and hand on: the last step to the next tile, all of them to the next state.
            tl.store(history + token[:, None] * states + start + p[None, :], now, mask=here)
            carry = tl.where(depth[:, None] == i, _row(now, steps[:, None], TIME - 1)[None, :], carry)
            before = now
    tl.store(final + text * states + first[:, None] + p[None, :], carry, mask=inside)


@triton.jit
def _score(history, initial, text, begin, t, states, column, mask):
    """c[t] of a state: out of the history, or for t = −1 the initial one."""
    past = tl.load(history + (begin + t)[:, None] * states + column[None, :], mask=mask & (t >= 0)[:, None], other=0.0)
    start = tl.load(initial + text * states + column[None, :] + 0 * t[:, None], mask=mask & (t < 0)[:, None], other=0.0)
    return past + start


@triton.jit
def _ahead(
    weights, bias, rows, history, initial, starts, text, begin, length, t, p, i, states, half, deeper,
    LOG: tl.constexpr, GATED: tl.constexpr,
):  # fmt: skip
    """(∂c_i[t+1]/∂c_i[t], ∂c_{i+1}[t+1]/∂c_i[t]); 0 where there is no such step."""
    start, following = tl.load(starts + i), tl.load(starts + i + 1)
    one_start = tl.load(starts + 1)
    ahead = (t >= -1) & (t < length - 1)
    there = ahead[:, None] & (p < following - start)[None, :]
    beyond = there & (p < deeper)[None, :]
    row = tl.load(rows + begin + t + 1, mask=ahead, other=0)[:, None]
    into, f = _arcs(weights, bias, row, start - one_start + p[None, :], half, there, GATED)
    u, stay = _arcs(weights, bias, row, following - one_start + p[None, :], half, beyond, GATED)
    if LOG:
        now = _score(history, initial, text, begin, t, states, start + p, there)
        under = _score(history, initial, text, begin, t, states, tl.load(starts + i - 1) + p, there)
        above = _score(history, initial, text, begin, t, states, following + p, beyond)
        f, u = _share(f + now, into + under), _share(u + now, stay + above)
    return tl.where(there, f, 0.0), tl.where(beyond, u, 0.0)


@triton.jit
def _store_arcs(
    weights, bias, rows, history, initial, starts, gradient, text, begin, length, t, p, i, g, states, half,
    LOG: tl.constexpr, GATED: tl.constexpr,
):  # fmt: skip
    """Store the gradients of the two arcs into c_i[t]; returns what of them is the gradient of c_{i−1}[t−1]."""
    start, below = tl.load(starts + i), tl.load(starts + i - 1) + p
    column = start - tl.load(starts + 1) + p[None, :]
    reads = (t >= 0) & (t < length)
    mine = _wide(t, length, p, tl.load(starts + i + 1) - start)
    row = tl.load(rows + begin + t, mask=reads, other=0)[:, None]
    u, f = _arcs(weights, bias, row, column, half, mine, GATED)
    under = _score(history, initial, text, begin, t - 1, states, below, mine)
    stay = _score(history, initial, text, begin, t - 1, states, start + p, mine)
    if LOG:
        du, df = g * _share(u + under, f + stay), g * _share(f + stay, u + under)
        entering = du
    else:
        du, df = g * under, g * stay
        entering = g * u
    if GATED:
        loop = f * ((1.0 - f) * df - u * du)
        du, df = (1.0 - f) * du, loop
    spot = (begin + t)[:, None] * 2 * half + column
    tl.store(gradient + spot, du, mask=mine)
    tl.store(gradient + spot + half, df, mask=mine)
    return tl.where(mine, entering, 0.0)


@triton.jit
def backward(
    weights, bias, rows, offsets, initial, starts, history, g_final, g_history, gradient, g_initial, states, half,
    N: tl.constexpr, ROWS: tl.constexpr, TIME: tl.constexpr, BLOCK: tl.constexpr, LOG: tl.constexpr,
    GATED: tl.constexpr, EVERY: tl.constexpr,
):  # fmt: skip
    """Gradients of the arcs of every token, [token, 2·half], and of the initial scores.

    g_i[t] = (what comes from outside) + ∂c_i[t+1]/∂c_i[t] · g_i[t+1] + ∂c_{i+1}[t+1]/∂c_i[t] · g_{i+1}[t+1].
    """
    text = tl.program_id(0)
    p = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    begin = tl.load(offsets + text)
    length = tl.load(offsets + text + 1) - begin
    depth, steps = tl.arange(0, ROWS), tl.arange(0, TIME)
    one_start = tl.load(starts + 1)
    # The first states of all chains keep their score: their gradient is the sum of all that leaves them.
    start_mask = (depth == 0)[:, None] & (p < one_start)[None, :]
    carry = tl.load(g_final + text * states + p[None, :] + 0 * depth[:, None], mask=start_mask, other=0.0)
    # Tile by tile from the end, one step more than forwards: t = −1 is the initial score.
    for tile in range(0, length + N, TIME):
        above = tl.zeros((TIME, BLOCK), carry.dtype)
        for back in tl.static_range(0, N):  # last state first: `above` is the gradient of state i + 1 a step later
            i = N - back
            t = length - 1 - (tile + steps - (i - 1))
            start = tl.load(starts + i)
            own = p < tl.load(starts + i + 1) - start
            deeper = tl.load(starts + i + 2, mask=i < N, other=0) - tl.load(starts + i + 1, mask=i < N, other=0)
            inside = ((t >= -1) & (t < length))[:, None]
            f, u = _ahead(weights, bias, rows, history, initial, starts, text, begin, length, t, p, i, states, half,
                          deeper, LOG, GATED)  # fmt: skip
            # What is not of the state's own later gradient: from the deeper state, the final score, every score.
            ends = (t == length - 1)[:, None] & own[None, :]
            outside = u * above
            outside += tl.load(g_final + text * states + start + p[None, :] + 0 * t[:, None], mask=ends, other=0.0)
            if EVERY:
                spot = (begin + t)[:, None] * states + start + p[None, :]
                outside += tl.load(g_history + spot, mask=((t >= 0) & (t < length))[:, None] & own[None, :], other=0.0)
            # The scan over the tile, as forwards; outside of the text a step keeps what is there.
            factors = tl.where(inside, f, 1.0)
            ff, bb = tl.associative_scan((factors, tl.where(inside, outside, 0.0)), 0, _compose)
            g = ff * _row(carry, depth[:, None], i)[None, :] + bb
            carry = tl.where(depth[:, None] == i, _row(g, steps[:, None], TIME - 1)[None, :], carry)
            above = g
            entering = _store_arcs(weights, bias, rows, history, initial, starts, gradient, text, begin, length, t, p,
                                   i, g, states, half, LOG, GATED)  # fmt: skip
            if i == 1:
                if EVERY:
                    spot = (begin + t)[:, None] * states + p[None, :]
                    entering += tl.load(g_history + spot, mask=_wide(t, length, p, one_start), other=0.0)
                carry = tl.where(depth[:, None] == 0, carry + tl.sum(entering, 0)[None, :], carry)
    first = tl.load(starts + depth, mask=depth <= N, other=0)
    count = tl.load(starts + depth + 1, mask=depth <= N, other=0) - first
    owned = (depth[:, None] <= N) & (p[None, :] < count[:, None])
    tl.store(g_initial + text * states + first[:, None] + p[None, :], carry, mask=owned)
