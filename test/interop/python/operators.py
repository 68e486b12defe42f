"""What soups by SLERP and TIES should be, in f64, and how far a soup is from that."""

import torch

from compare import load_model, rounding

UNIT = 2.0**-24  # of f32


def gap(result, exact, terms):
    """The largest error of a tensor in units of what computing in f32 and rounding once allows.

    Eight roundings of the terms' magnitudes are more than either tool needs.
    """
    allowed = rounding(torch.finfo(result.dtype), exact) + 8 * UNIT * terms
    return ((result.double() - exact).abs() / allowed).max().item()


def arc_factors(cosine, t):
    omega = torch.acos(cosine)
    return [torch.sin(part * omega) / torch.sin(omega) for part in (1 - t, t)]


def slerp_errors(soups, one, other, t, cosine_errors):
    """[largest error of each soup], and how many tensors lie on an arc and how many on a line.

    What the factors are off by because a tool knows the cosine to `cosine_errors` alone is allowed on top.
    """
    first, second = load_model(one), load_model(other)
    results = [load_model(path) for path in soups]
    worst, arcs, lines = [0.0] * len(soups), 0, 0
    for name, a in first.items():
        a, b = a.double(), second[name].double()
        cosine = (a * b).sum() / (a.norm() * b.norm())
        if cosine.abs() > 0.9995:
            factors, lines = (1 - t, t), lines + 1
        else:
            factors, arcs = arc_factors(cosine, t), arcs + 1
        terms = [factor * weight for factor, weight in zip(factors, (a, b), strict=True)]
        magnitude = sum(term.abs() for term in terms)
        for i, result in enumerate(results):
            slack = 0
            if cosine_errors[i] > 0 and cosine.abs() <= 0.9995:
                shifted = arc_factors(cosine + cosine_errors[i], t)
                pairs = zip(factors, shifted, (a, b), strict=True)
                slack = sum((near - far).abs() * weight.abs() for near, far, weight in pairs) / (8 * UNIT)
            worst[i] = max(worst[i], gap(result[name], sum(terms), magnitude + slack))
    return {"worst": worst, "arcs": arcs, "lines": lines}


def trimmed(change, density):
    """A change without all but its largest parts, and where it isn't defined which of equal ones these are."""
    if density == 1:
        return change, torch.zeros_like(change, dtype=torch.bool)
    kept = max(1, int(density * change.numel()))
    magnitude = change.abs().flatten().sort(descending=True).values
    threshold = magnitude[kept - 1]
    is_cut = kept < change.numel() and magnitude[kept] == threshold
    equal = change.abs() == threshold
    return torch.where(change.abs() >= threshold, change, 0), equal if is_cut else torch.zeros_like(equal)


def ties_errors(soups, base, experts, coefficients, density, scale, normalize):
    """[largest error of each soup as TIES], and in how many elements of how many the result isn't defined: where one of
    several equal magnitudes is cut, or where the elected sign is that of a sum which rounding alone decides."""
    start = load_model(base)
    tuned, results = [load_model(path) for path in experts], [load_model(path) for path in soups]
    weights = torch.tensor(coefficients, dtype=torch.float64)
    worst, undefined, total = [0.0] * len(soups), 0, 0
    for name, reference in start.items():
        changes, unclear = zip(*(trimmed(each[name].float() - reference.float(), density) for each in tuned), strict=True)
        shape = (-1,) + (1,) * reference.dim()
        terms = torch.stack(changes).double() * weights.view(shape)
        sums, magnitude = terms.sum(dim=0), terms.abs().sum(dim=0)
        is_open = torch.stack(unclear).any(dim=0) | ((sums.abs() <= 8 * UNIT * magnitude) & (magnitude > 0))
        agree = terms.sign() == torch.where(sums >= 0, 1.0, -1.0)
        mixed = (terms * agree).sum(dim=0)
        if normalize:
            divisor = (agree * weights.view(shape)).sum(dim=0)
            mixed = mixed / torch.where(divisor == 0, 1.0, divisor)
            magnitude = torch.stack(changes).double().abs().sum(dim=0)
        exact = reference.double() + scale * mixed
        terms = reference.double().abs() + abs(scale) * magnitude
        keep = ~is_open
        for i, result in enumerate(results):
            worst[i] = max(worst[i], gap(result[name][keep], exact[keep], terms[keep]))
        undefined, total = undefined + is_open.sum().item(), total + is_open.numel()
    return {"worst": worst, "undefined": undefined, "total": total}


CALLS = {"slerp_errors": slerp_errors, "ties_errors": ties_errors}
