"""Reference for random.test.ts: xoshiro128** 1.1 seeded as src/random.ts says, in Python integers."""

MASK = 0xFFFFFFFF
GOLDEN = 0x9E3779B9


def mix(h):
    h ^= h >> 16
    h = h * 0x85EBCA6B & MASK
    h ^= h >> 13
    h = h * 0xC2B2AE35 & MASK
    return h ^ h >> 16


def seed(keys):
    lanes = []
    for lane in (1, 2, 3, 4):
        h = lane * GOLDEN & MASK
        for key in (len(keys), *keys):
            h = mix((h * 5 + GOLDEN & MASK) ^ key)
        lanes.append(h)
    return lanes


def rotl(x, k):
    return (x << k | x >> 32 - k) & MASK


def stream(*keys):
    s = seed(keys)
    while True:
        yield rotl(s[1] * 5 & MASK, 7) * 9 & MASK
        t = s[1] << 9 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)


if __name__ == "__main__":
    numbers = stream(1, 2, 3)
    print([next(numbers) for _ in range(4)])
