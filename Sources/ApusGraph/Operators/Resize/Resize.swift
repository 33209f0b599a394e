/// Some dimensions resized.
public struct Resize: CompositeOperator {
    public static let name = "resize"
    public static let documentation = OperatorDocumentation(
        summary: "Resizes dimensions, as images are enlarged.",
        details: """
            Each dimension is resized by itself. With `scales` its new size is the old one times its scale, rounded down. A new \
            element is the nearest old one, or the sum of those around its place, weighed by a linear or cubic kernel (Keys, 1981). \
            The formulas are those of Resize in the ONNX operator specification, opset 19. In place of the attribute a second \
            operand may give the sizes, where its elements are known before the graph runs.
            """,
        operands: [
            .init("x", "floating point; in mode nearest any type"),
            .init("target", "the sizes, in place of the attribute"),
        ],
        attributes: [
            .init("sizes", "the new sizes, which may have symbols in them"),
            .init("scales", "new over old sizes, in place of `sizes`"),
            .init("axes", "which dimensions, negative ones from the end; the last ones"),
        ] + Interpolation.entries,
        results: [.init("y", "with the new sizes")],
        constraints: [
            .init(
                "C1",
                "one operand, of floating point or in mode nearest; or two where there is neither `sizes` nor `scales`, the second a "
                    + "vector of integers that are known"),
            .init("C2", "`axes` are different dimensions of x, one for each size or scale"),
            .init("C3", "the new sizes are at least 1; a dimension with a symbol in it has a whole scale"),
        ],
        example: "large = resize(image, scales: [2, 2], mode: linear)")

    public var sizes: [Dimension]?
    public var scales: [Double]?
    public var axes: [Int]?
    public var interpolation: Interpolation

    /// - Parameters:
    ///   - sizes: nil where there are scales, or a second operand.
    ///   - axes: nil for the last ones.
    public init(
        sizes: [Dimension]? = nil, scales: [Double]? = nil, axes: [Int]? = nil,
        interpolation: Interpolation = Interpolation()
    ) {
        self.sizes = sizes
        self.scales = scales
        self.axes = axes
        self.interpolation = interpolation
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        sizes = try attributes.dimensions("sizes")
        scales = try attributes.numbers("scales")
        guard sizes == nil || scales == nil else {
            throw AttributeError(
                attribute: "scales", message: "resize has both 'sizes' and 'scales'", remedy: "leave one of them out")
        }
        axes = try attributes.integers("axes")
        interpolation = try Interpolation(&attributes)
    }
    public var attributes: [Attribute] {
        (sizes.map { [Attribute("sizes", .dimensionList($0))] } ?? [])
            + (scales.map { [Attribute("scales", .numbers($0))] } ?? [])
            + (axes.map { [Attribute("axes", .integers($0))] } ?? []) + interpolation.attributes
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard sizes == nil, scales == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and sizes where neither 'sizes' nor 'scales' is given")
        return ResolvedCall(
            Resize(sizes: try checks.known("C1", 1, known), axes: axes, interpolation: interpolation))
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) { _ = try steps(operands) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if try resolving(operands, known: []) != nil { return [] }
        var result = InferredType(operands.first ?? TensorType(.f32, []))
        for step in try steps(operands) {
            let old = result.type.dimensions[step.axis]
            result.type.dimensions[step.axis] = step.size
            result.derivations[step.axis] = step.scale.map { "floor(\(old) × \($0))" } ?? "sizes"
        }
        return [result]
    }

    /// What is done, one dimension after the other.
    private func steps(_ operands: [TensorType]) throws(ConstraintViolation) -> [Interpolate] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        try checks.interpolated("C1", interpolation)
        let x = operands[0]
        let count = sizes?.count ?? scales?.count ?? 0
        let axes = try checks.axes("C2", axes ?? Array((x.rank - count)..<max(x.rank, x.rank - count)))
        guard axes.count == count else {
            throw ConstraintViolation(
                "C2", "resize has \(count) sizes or scales for \(axes.count) axes of \(x)", remedy: "give one for each",
                at: .attribute(sizes == nil ? "scales" : "sizes"))
        }
        var steps: [Interpolate] = []
        for (index, axis) in axes.enumerated() {
            let scale = scales?[index]
            let size = sizes?[index] ?? scaled(x.dimensions[axis], scale ?? 0)
            guard let size, size.number.map({ $0 >= 1 }) ?? true else {
                throw ConstraintViolation(
                    "C3",
                    "dimension \(axis) of \(x) can't be resized to \(size ?? 0)\(scale.map { " (scale \($0))" } ?? "")",
                    remedy: "use sizes from 1 on, and whole scales where symbols are in a dimension",
                    at: .attribute(sizes == nil ? "scales" : "sizes"))
            }
            steps.append(Interpolate(axis: axis, size: size, scale: scale, interpolation: interpolation))
        }
        return steps
    }

    private func scaled(_ dimension: Dimension, _ scale: Double) -> Dimension? {
        guard scale >= 1 / 65_536, scale <= 65_536 else { return nil }
        if let number = dimension.number {
            let size = Double(number) * scale
            return size <= Double(Int32.max) ? .fixed(Int(size)) : nil
        }
        return scale == scale.rounded() ? dimension * .fixed(Int(scale)) : nil
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let steps = (try? steps(operands)) ?? []
        return operands.haveNoSymbols || !steps.contains { $0.axis == 0 && $0.size != operands[0].dimensions[0] }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0])
        let steps: [Interpolate]
        do throws(ConstraintViolation) { steps = try self.steps([x]) } catch {
            throw GraphError(place: Self.name, message: error.message, remedy: error.remedy, label: error.label)
        }
        var result = operands[0]
        // Every way to place the new elements leaves a dimension as it is that keeps its size.
        for step in steps where step.size != x.dimensions[step.axis] || step.scale.map({ $0 != 1 }) ?? false {
            result = try composer.emit(step, result)
        }
        return [result == operands[0] ? try composer.emit(Identity(), result) : result]
    }
}
