/// Operators that move elements, find them by their numbers, or resize. The language reference explains their attributes.
extension GraphBuilder {
    /// The whole shape, which may have symbols in it; −1 is derived and 0 keeps a dimension.
    public mutating func reshape(_ x: ValueID, toWhole shape: [Dimension], name: String? = nil) -> ValueID {
        call(Reshape(whole: shape), [x], name)
    }

    public mutating func squeeze(_ x: ValueID, axes: [Int]? = nil, name: String? = nil) -> ValueID {
        call(Squeeze(axes: axes), [x], name)
    }

    public mutating func unsqueeze(_ x: ValueID, axes: [Int], name: String? = nil) -> ValueID {
        call(Unsqueeze(axes: axes), [x], name)
    }

    public mutating func transpose(_ x: ValueID, permutation: [Int]? = nil, name: String? = nil) -> ValueID {
        call(Transpose(permutation: permutation), [x], name)
    }

    public mutating func expand(_ x: ValueID, to shape: [Dimension], name: String? = nil) -> ValueID {
        call(Expand(shape: shape), [x], name)
    }

    public mutating func concat(_ values: [ValueID], axis: Int, name: String? = nil) -> ValueID {
        call(Concat(axis: axis), values, name)
    }

    public mutating func split(_ x: ValueID, axis: Int, parts: Int, names: [String] = []) -> [ValueID] {
        callAll(Split(axis: axis, parts: parts), [x], count: parts, names)
    }

    public mutating func split(_ x: ValueID, axis: Int, sizes: [Dimension], names: [String] = []) -> [ValueID] {
        callAll(Split(axis: axis, sizes: sizes), [x], count: sizes.count, names)
    }

    public mutating func slice(
        _ x: ValueID, from starts: [Int], to ends: [Int], axes: [Int]? = nil, steps: [Int]? = nil, name: String? = nil
    ) -> ValueID {
        let operation = Slice(
            starts: starts.map(Dimension.fixed), ends: ends.map(Dimension.fixed), axes: axes, steps: steps)
        return call(operation, [x], name)
    }

    public mutating func flip(_ x: ValueID, axes: [Int], name: String? = nil) -> ValueID {
        call(Flip(axes: axes), [x], name)
    }

    public mutating func tile(_ x: ValueID, repeats: [Dimension], name: String? = nil) -> ValueID {
        call(Tile(repeats: repeats), [x], name)
    }

    public mutating func pad(
        _ x: ValueID, before: [Int], after: [Int], mode: Pad.Mode = .constant, value: Double = 0, name: String? = nil
    ) -> ValueID {
        call(Pad(before: before, after: after, mode: mode, value: value), [x], name)
    }

    public mutating func full(
        _ shape: [Dimension], value: Double, elementType: ElementType = .f32, name: String? = nil
    ) -> ValueID {
        call(Full(shape: shape, value: value, elementType: elementType), [], name)
    }

    public mutating func triangle(_ x: ValueID, isUpper: Bool, diagonal: Int = 0, name: String? = nil) -> ValueID {
        call(Triangle(isUpper: isUpper, diagonal: diagonal), [x], name)
    }

    // MARK: By numbers

    public mutating func embedding(
        _ indices: ValueID, parameters: [ValueID] = [], entries: Int, width: Int, name: String? = nil
    ) -> ValueID {
        call(Embedding(entries: entries, width: width), [indices] + parameters, name)
    }

    public mutating func gather(_ x: ValueID, _ indices: ValueID, axis: Int = 0, name: String? = nil) -> ValueID {
        call(Gather(axis: axis), [x, indices], name)
    }

    /// The largest elements, and where they were.
    public mutating func topK(
        _ x: ValueID, k: Int, axis: Int = -1, largest: Bool = true, names: [String] = []
    ) -> (values: ValueID, indices: ValueID) {
        let results = callAll(TopK(k: k, axis: axis, largest: largest), [x], count: 2, names)
        return (results[0], results[1])
    }

    /// The elements in order, and where they were.
    public mutating func sort(
        _ x: ValueID, axis: Int = -1, descending: Bool = false, names: [String] = []
    ) -> (values: ValueID, indices: ValueID) {
        let results = callAll(Sort(axis: axis, descending: descending), [x], count: 2, names)
        return (results[0], results[1])
    }

    // MARK: Sizes

    public mutating func resize(
        _ x: ValueID, to sizes: [Dimension], axes: [Int]? = nil, interpolation: Interpolation = Interpolation(),
        name: String? = nil
    ) -> ValueID {
        call(Resize(sizes: sizes, axes: axes, interpolation: interpolation), [x], name)
    }

    public mutating func resize(
        _ x: ValueID, scales: [Double], axes: [Int]? = nil, interpolation: Interpolation = Interpolation(),
        name: String? = nil
    ) -> ValueID {
        call(Resize(scales: scales, axes: axes, interpolation: interpolation), [x], name)
    }
}
