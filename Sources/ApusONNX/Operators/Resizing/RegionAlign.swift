import ApusGraph

extension NodeImport {
    /// He et al., "Mask R-CNN" (2017), section 3: each region is read at places between the elements.
    mutating func takeRegionAlign() throws(NodeFailure) {
        let (x, regions, batch) = (try input(0), try input(1), try input(2))
        let elementType = type(x).elementType
        let isMaximum = try word("mode", default: "avg", ["avg": false, "max": true])
        let sampleCount = try int("sampling_ratio", default: 0)
        let outputs = [try int("output_height", default: 1), try int("output_width", default: 1)]
        let scale = try float("spatial_scale", default: 1)
        // Before version 16 regions were not moved by half an element.
        var isMoved = false
        if version >= 16 {
            isMoved = try word(
                "coordinate_transformation_mode", default: "half_pixel",
                ["half_pixel": true, "output_half_pixel": false])
        }
        guard (1...64).contains(sampleCount), outputs.allSatisfy({ (1...4096).contains($0) }) else {
            throw failure(
                "'sampling_ratio' is \(sampleCount), and regions are read at as many places each only where it is from 1 to 64"
            )
        }
        let source = type(x).dimensions
        guard source.count == 4, rank(regions) == 2, type(regions).dimensions[1] == 4 else {
            throw failure("reads regions of \(type(regions)) from \(type(x))")
        }
        let extents = try numbers(source.suffix(2), "a dimension of the image")
        let corners = try single(regions)
        let shift = isMoved ? 0.5 : 0.0
        let count = type(regions).dimensions[0]
        var places: [ValueID] = []
        var inside: ValueID?
        for axis in 0..<2 {
            // Regions are written as x and y of the first corner, then of the second.
            let start = try slice(corners, axis: 1, 1 - axis, 2 - axis)
            let end = try slice(corners, axis: 1, 3 - axis, 4 - axis)
            let steps = outputs[axis] * sampleCount
            let shares = (0..<steps).map { (Double($0) + 0.5) / Double(sampleCount) }
            let line = try constant(Tensor(shape: [1, steps], elements: shares))
            let first = Expression.operand(0) * .constant(scale) - .constant(shift)
            let length = (.operand(1) - .operand(0)) * .constant(scale)
            let extent = isMoved ? length : .maximum(length, 1)
            let place = try apply(first + extent / .constant(Double(outputs[axis])) * .operand(2), start, end, line)
            let own = try reshape(place, [count] + (axis == 0 ? [.fixed(steps), 1] : [1, .fixed(steps)]))
            let last = Expression.constant(Double(extents[axis] - 1))
            places.append(try apply(.minimum(.maximum(.operand(0), 0), last), own))
            let isInside = try apply(
                .select(.maximum(.operand(0) < -1, .operand(0) > .constant(Double(extents[axis]))), 0, 1), own)
            inside =
                try inside.map { (other) throws(NodeFailure) in try apply(Multiply(), other, isInside) } ?? isInside
        }
        guard let inside else { return }
        let taps = try Sampling(kernel: .linear, padding: .border).taps(places, extents, &self)
        let area = extents[0] * extents[1]
        let rows = try reshape(
            try transpose(try reshape(try single(x), [source[0], source[1], .fixed(area)]), [0, 2, 1]),
            [source[0] * .fixed(area), source[1]])
        let images = try reshape(try apply(Cast(to: .i64), batch), [count, 1, 1])
        let offsets = try apply(Multiply(), images, try constant(Tensor(.i64, shape: [], integers: [area])))
        var result: ValueID?
        for tap in taps {
            guard let weight = tap.weight else { continue }
            let index = try apply(Add(), try apply(Cast(to: .i64), tap.index), offsets)
            let value = try apply(
                Multiply(), try apply(Gather(), rows, index),
                try apply(Unsqueeze(axes: [-1]), try apply(Multiply(), weight, inside)))
            let join: any Operator = isMaximum ? Maximum() : Add()
            result = try result.map { (other) throws(NodeFailure) in try apply(join, other, value) } ?? value
        }
        guard let result else { return }
        let samples = Dimension.fixed(sampleCount)
        let whole = try reshape(
            result, [count, .fixed(outputs[0]), samples, .fixed(outputs[1]), samples, source[1]])
        let pooled = try apply(isMaximum ? ReduceMax(axes: [2, 4]) : ReduceMean(axes: [2, 4]) as any Operator, whole)
        finish(try cast(try transpose(pooled, [0, 3, 1, 2]), to: elementType))
    }
}
