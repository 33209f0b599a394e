import ApusGraph

extension NodeImport {
    /// Zhu et al., "Deformable ConvNets v2" (2019), section 3: each place of the kernel is read where an offset says, and weighed.
    mutating func takeDeformableConvolution() throws(NodeFailure) {
        let (x, weight, offset) = (try input(0), try input(1), try input(2))
        let (bias, mask) = (try optionalInput(3), try optionalInput(4))
        let elementType = type(x).elementType
        let kernel = try kernel(of: weight, x)
        let window = try plainWindow(kernel.size, rank: rank(x))
        let (groups, offsetGroups) = (try int("group", default: 1), try int("offset_group", default: 1))
        let source = type(x).dimensions
        guard kernel.size.count == 2 else { throw failure("is computed for two dimensions only") }
        let shape = try numbers(source.dropFirst(), "a dimension of the input")
        let (channels, extents) = (shape[0], Array(shape.dropFirst()))
        let outputs = extents.indices.map { window.output($0, input: extents[$0]) }
        let area = kernel.size[0] * kernel.size[1]
        guard groups >= 1, offsetGroups >= 1, channels % offsetGroups == 0, channels % groups == 0,
            kernel.shape[0] % groups == 0, kernel.shape[1] == channels / groups, outputs.allSatisfy({ $0 >= 1 }),
            Array(type(offset).dimensions.dropFirst()) == ([2 * offsetGroups * area] + outputs).map(Dimension.fixed)
        else { throw failure("can't convolve \(type(x)) with \(type(weight)) at offsets of \(type(offset))") }
        // [N, offset groups, places of the kernel, 2, rows, columns]
        let places = [.fixed(offsetGroups), .fixed(area)] + outputs.map(Dimension.fixed)
        let spread = try reshape(
            try single(offset), [source[0]] + places.prefix(2) + [2] + places.suffix(2))
        var coordinates: [ValueID] = []
        for axis in 0..<2 {
            let own = try apply(Squeeze(axes: [3]), try slice(spread, axis: 3, axis, axis + 1))
            coordinates.append(try apply(Add(), own, try restingPlaces(window, axis, outputs)))
        }
        var taps = try Sampling(kernel: .linear, padding: .zeros).taps(coordinates, extents, &self)
        let line = [source[0], .fixed(offsetGroups), .fixed(area * outputs[0] * outputs[1])]
        let share = try mask.map { (value) throws(NodeFailure) in try reshape(try single(value), line) }
        for index in taps.indices {
            taps[index].index = try reshape(taps[index].index, line)
            guard let own = taps[index].weight else { continue }
            let weight = try reshape(own, line)
            taps[index].weight =
                try share.map { (mask) throws(NodeFailure) in try apply(Multiply(), weight, mask) } ?? weight
        }
        let perGroup = channels / offsetGroups
        let images = try reshape(
            try single(x), [source[0], .fixed(offsetGroups), .fixed(perGroup), .fixed(extents[0] * extents[1])])
        let read = try gather(taps, from: try transpose(images, [0, 1, 3, 2]), batch: 2)
        let image = outputs[0] * outputs[1]
        let arranged = try transpose(
            try reshape(read, line.prefix(2) + [.fixed(area), .fixed(image), .fixed(perGroup)]), [0, 1, 4, 2, 3])
        let columns = Columns(
            value: try reshape(arranged, [source[0], .fixed(channels), .fixed(area), .fixed(image)]), outputs: outputs)
        finish(try cast(try convolution(columns, weight, bias, groups: groups), to: elementType))
    }

    /// Where the places of the kernel lie along an axis without offsets: `[places of the kernel, rows, columns]`, with a 1 for the
    /// dimension that is not the axis.
    private mutating func restingPlaces(
        _ window: ImportedWindow, _ axis: Int, _ outputs: [Int]
    ) throws(NodeFailure) -> ValueID {
        let area = window.size[0] * window.size[1]
        try requireRoom(elements: [area, outputs[axis]].saturatedProduct)
        var elements: [Double] = []
        for place in 0..<area {
            let number = axis == 0 ? place / window.size[1] : place % window.size[1]
            for output in 0..<outputs[axis] {
                elements.append(
                    Double(output * window.stride[axis] + number * window.dilation[axis] - window.before[axis]))
            }
        }
        return try constant(
            Tensor(shape: axis == 0 ? [area, outputs[0], 1] : [area, 1, outputs[1]], elements: elements))
    }
}
