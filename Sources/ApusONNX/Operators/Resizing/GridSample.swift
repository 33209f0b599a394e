import ApusGraph

extension NodeImport {
    mutating func takeGridSample() throws(NodeFailure) {
        let (x, grid) = (try input(0), try input(1))
        let elementType = type(x).elementType
        let kernels: [String: Sampling.Kernel] = [
            "nearest": .nearest, "linear": .linear, "bilinear": .linear, "cubic": .cubic, "bicubic": .cubic,
        ]
        let kernel = try word("mode", default: "linear", kernels)
        let padding: Sampling.Padding = try word(
            "padding_mode", default: "zeros", ["zeros": .zeros, "border": .border, "reflection": .reflection])
        let aligns = try flag("align_corners")
        let (source, target) = (type(x).dimensions, type(grid).dimensions)
        let axes = source.count - 2
        guard (1...3).contains(axes), target.count == source.count, target.last == .fixed(axes) else {
            throw failure("reads from \(type(x)) at places of \(type(grid))")
        }
        let extents = try numbers(source.dropFirst(2), "a dimension of the image")
        let places = try numbers(target.dropFirst().dropLast(), "a dimension of the grid")
        let flat = try reshape(try single(grid), [target[0], .fixed(places.reduce(1, *)), .fixed(axes)])
        var coordinates: [ValueID] = []
        for axis in 0..<axes {
            // The last number of a place is that of the first dimension.
            let number = try slice(flat, axis: 2, axes - 1 - axis, axes - axis)
            let size = Double(extents[axis])
            let place: Expression =
                aligns
                ? (.operand(0) + 1) * .constant((size - 1) / 2) : ((.operand(0) + 1) * .constant(size) - 1) / 2
            coordinates.append(try apply(place, try apply(Squeeze(axes: [2]), number)))
        }
        let sampling = Sampling(kernel: kernel, padding: padding, alignsCorners: aligns)
        let taps = try sampling.taps(coordinates, extents, &self)
        let channels = try reshape(try single(x), [source[0], source[1], .fixed(extents.reduce(1, *))])
        let sums = try gather(taps, from: try transpose(channels, [0, 2, 1]), batch: 1)
        let result = try reshape(try transpose(sums, [0, 2, 1]), [source[0], source[1]] + places.map(Dimension.fixed))
        finish(try cast(result, to: elementType))
    }

    mutating func takeAffineGrid() throws(NodeFailure) {
        let theta = try input(0)
        let size = try integers(1, "the size")
        let aligns = try flag("align_corners")
        let axes = size.count - 2
        guard (2...3).contains(axes), size.allSatisfy({ (1...ImportedWindow.limit).contains($0) }),
            size.dropFirst(2).reduce(1, { min($0 * $1, 1 << 30) }) <= 1 << 24,
            type(theta).dimensions == [.fixed(size[0]), .fixed(axes), .fixed(axes + 1)]
        else { throw failure("makes a grid of \(size) by \(type(theta))") }
        let extents = Array(size.dropFirst(2))
        let count = extents.reduce(1, *)
        try requireRoom(elements: count * (axes + 1))
        var base: [Double] = []
        base.reserveCapacity(count * (axes + 1))
        for place in 0..<count {
            var rest = place
            var numbers: [Double] = []
            for extent in extents.reversed() {
                let number = Double(rest % extent)
                rest /= extent
                let (step, start) =
                    aligns ? (2 / Double(max(extent - 1, 1)), -1) : (2 / Double(extent), 1 / Double(extent) - 1)
                numbers.append(start + step * number)
            }
            base += numbers + [1]
        }
        let points = try constant(Tensor(shape: [1, count, axes + 1], elements: base))
        let grid = try apply(MatMul(transposeB: true), points, try single(theta))
        let whole = [.fixed(size[0])] + extents.map(Dimension.fixed) + [.fixed(axes)]
        finish(try cast(try reshape(grid, whole), to: type(theta).elementType))
    }
}
