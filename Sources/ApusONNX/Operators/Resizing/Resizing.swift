import ApusGraph

extension OperatorTable {
    static let resizing: [OperatorEntry] = [
        OperatorEntry("Upsample", since: 7) { node throws(NodeFailure) in
            guard let scales = try node.optionalFloats("scales") else { throw node.failure("has no 'scales'") }
            try node.takePlainResize(scales)
        },
        OperatorEntry("Upsample", since: 9) { node throws(NodeFailure) in
            try node.takePlainResize(try node.numbers(1, "the scales"))
        },
        OperatorEntry("Resize", since: 10) { node throws(NodeFailure) in
            try node.takePlainResize(try node.numbers(1, "the scales"))
        },
        OperatorEntry("Resize", since: 11) { node throws(NodeFailure) in try node.takeResize() },
        OperatorEntry("GridSample", since: 16) { node throws(NodeFailure) in try node.takeGridSample() },
        OperatorEntry("AffineGrid", since: 20) { node throws(NodeFailure) in try node.takeAffineGrid() },
        OperatorEntry("RoiAlign", since: 10) { node throws(NodeFailure) in try node.takeRegionAlign() },
    ]
}

extension NodeImport {
    /// Resizing as it was before there were attributes for it: element i stands at i / scale.
    fileprivate mutating func takePlainResize(_ scales: [Double]) throws(NodeFailure) {
        let x = try input(0)
        let mode: Interpolation.Mode = try word(
            "mode", default: "nearest", ["nearest": .nearest, "linear": .linear, "bilinear": .linear])
        guard scales.count == rank(x) else { throw failure("has \(scales.count) scales for \(type(x))") }
        var steps: [ResizeStep] = []
        for (axis, scale) in scales.enumerated() {
            let interpolation = Interpolation(
                mode: mode, coordinates: .asymmetric, rounding: scale < 1 ? .ceil : .floor)
            steps.append(ResizeStep(axis: axis, scale: scale, interpolation: interpolation))
        }
        finish(try resized(x, steps))
    }

    fileprivate mutating func takeResize() throws(NodeFailure) {
        let x = try input(0)
        let mode: Interpolation.Mode = try word(
            "mode", default: "nearest", ["nearest": .nearest, "linear": .linear, "cubic": .cubic])
        let coordinates = try string("coordinate_transformation_mode", default: "half_pixel")
        var interpolation = Interpolation(
            mode: mode, coefficient: try float("cubic_coeff_a", default: -0.75),
            excludesOutside: try flag("exclude_outside"), antialiases: try flag("antialias"))
        interpolation.rounding = try word(
            "nearest_mode", default: "round_prefer_floor",
            Dictionary(uniqueKeysWithValues: Interpolation.Rounding.allCases.map { ($0.rawValue, $0) }))
        let outside = try float("extrapolation_value", default: 0)
        var steps = try resizeSteps(x, interpolation)
        if let known = Interpolation.Coordinates(rawValue: coordinates) {
            for index in steps.indices { steps[index].interpolation.coordinates = known }
            return finish(try resized(x, steps))
        }
        guard ["tf_crop_and_resize", "tf_half_pixel_for_nn"].contains(coordinates), !interpolation.antialiases else {
            throw failure("'coordinate_transformation_mode' is '\(coordinates)', which is not known here")
        }
        let isCropped = coordinates == "tf_crop_and_resize"
        let region = isCropped ? try numbers(1, "the region") : []
        guard !isCropped || region.count == 2 * steps.count else {
            throw failure("its region has \(region.count) numbers for \(steps.count) axes")
        }
        var result = x
        var inside: ValueID?
        for (index, step) in steps.enumerated() {
            let part = isCropped ? (region[index], region[index + steps.count]) : nil
            let isWhole = (part ?? (0, 1)) == (0, 1)
            guard try size(of: step, x) != type(x).dimensions[step.axis] || step.scale ?? 1 != 1 || !isWhole else {
                continue
            }
            let input = try numbers([type(x).dimensions[step.axis]], "a dimension of the input")[0]
            let output = try numbers([try size(of: step, x)], "the new size")[0]
            guard (1...1 << 18).contains(output) else { throw failure("makes \(output) elements of \(input)") }
            // Up to four places and weights for each.
            try requireRoom(elements: 8 * output)
            let line = PlacedLine(step.interpolation, input: input, output: output, scale: step.scale, part: part)
            result = try line.apply(to: result, axis: step.axis, &self)
            guard line.isInside.contains(false) else { continue }
            let mask = try line.mask(axis: step.axis, rank: rank(x), &self)
            inside = try inside.map { (other) throws(NodeFailure) in try apply(And(), other, mask) } ?? mask
        }
        if let inside { result = try apply(Where(), inside, result, try scalar(outside, like: result)) }
        finish(result == x ? try apply(Identity(), x) : result)
    }

    /// What is done along each dimension that has a scale or a size.
    private mutating func resizeSteps(
        _ x: ValueID, _ interpolation: Interpolation
    ) throws(NodeFailure) -> [ResizeStep] {
        var axes = try ints("axes", default: Array(0..<rank(x)))
        for index in axes.indices { axes[index] = try axis(axes[index], rank: rank(x)) }
        let policy = try word(
            "keep_aspect_ratio_policy", default: "stretch", ["stretch": 0, "not_larger": -1, "not_smaller": 1])
        let scales = has(2) ? try numbers(2, "the scales") : []
        if !scales.isEmpty {
            guard scales.count == axes.count else { throw failure("has \(scales.count) scales for axes \(axes)") }
            return zip(axes, scales).map { ResizeStep(axis: $0, scale: $1, interpolation: interpolation) }
        }
        let sizes = try dimensions(3, "the sizes")
        guard sizes.count == axes.count else { throw failure("has \(sizes.count) sizes for axes \(axes)") }
        if policy == 0 {
            return zip(axes, sizes).map { ResizeStep(axis: $0, size: $1, interpolation: interpolation) }
        }
        let old = try numbers(axes.map { type(x).dimensions[$0] }, "a dimension of the input")
        let wanted = try numbers(sizes, "a size")
        guard wanted.allSatisfy({ (1...ImportedWindow.limit).contains($0) }) else {
            throw failure("its sizes are \(wanted)")
        }
        let ratios = zip(wanted, old).map { Double($0) / Double($1) }
        let scale = (policy < 0 ? ratios.min() : ratios.max()) ?? 1
        return zip(axes, old).map { axis, old in
            ResizeStep(
                axis: axis, scale: scale, size: .fixed(Int((scale * Double(old) + 0.5).rounded(.down))),
                interpolation: interpolation)
        }
    }

    /// The new size of a dimension.
    private func size(of step: ResizeStep, _ x: ValueID) throws(NodeFailure) -> Dimension {
        if let size = step.size { return size }
        let old = type(x).dimensions[step.axis]
        guard let scale = step.scale, scale > 0, scale < 65_536 else {
            throw failure("can't resize by \(step.scale ?? 0)")
        }
        // In single precision, as the scales are written: 10 times 0.7 is 7 there, and less in double precision.
        if let number = old.number { return .fixed(Int((Float(number) * Float(scale)).rounded(.down))) }
        guard scale == scale.rounded() else {
            throw failure("resizes \(old) by \(scale); only by whole numbers where a dimension has a symbol in it")
        }
        return old * .fixed(Int(scale))
    }

    private mutating func resized(_ x: ValueID, _ steps: [ResizeStep]) throws(NodeFailure) -> ValueID {
        var result = x
        for step in steps {
            let old = type(x).dimensions[step.axis]
            let size = try size(of: step, x)
            guard size != old || step.scale.map({ $0 != 1 }) ?? false else { continue }
            result = try apply(
                Interpolate(axis: step.axis, size: size, scale: step.scale, interpolation: step.interpolation), result)
        }
        return result == x ? try apply(Identity(), x) : result
    }
}

/// How one dimension is resized.
struct ResizeStep {
    var axis: Int
    /// New over old size; that of the sizes where it is nil.
    var scale: Double?
    /// Nil where the scale says it.
    var size: Dimension?
    var interpolation: Interpolation
}
