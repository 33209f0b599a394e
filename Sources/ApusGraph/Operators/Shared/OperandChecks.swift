/// The sizes that attributes may have. The bounds keep every product of a shape rule within an `Int`.
enum AttributeRange {
    /// Kernels, windows, strides, dilations.
    static let extent = 1...65_536
    /// Padding and trimming.
    static let margin = 0...65_536
    /// Filters, units, groups, heights and widths.
    static let channels = 1...16_777_216
    /// Factors and terms: what single precision holds.
    static let single = -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude)
}

/// What the shape rules check of their operands. Every error says which operand of which operator it is about.
struct OperandChecks {
    let name: String
    let operands: [TensorType]

    init(_ name: String, _ operands: [TensorType]) {
        self.name = name
        self.operands = operands
    }

    func count(_ label: String, _ allowed: ClosedRange<Int>, _ what: String) throws(ConstraintViolation) {
        guard !allowed.contains(operands.count) else { return }
        throw ConstraintViolation(
            label, "\(name) takes \(what), not \(operands.count) operand\(operands.count == 1 ? "" : "s")",
            remedy: "give it \(what)")
    }

    /// Operand `index` must be of exactly this type, which is what `meaning` says.
    func match(
        _ label: String, _ index: Int, _ type: TensorType, _ meaning: String
    ) throws(ConstraintViolation) {
        guard operands[index] != type else { return }
        throw ConstraintViolation(
            label, "\(meaning) of \(name) is \(type) here, not \(operands[index])",
            remedy: "make it \(type)", at: .operand(index))
    }

    /// Operand `index` as images with channels.
    func image(_ label: String, _ index: Int = 0) throws(ConstraintViolation) -> ImageType {
        let type = operands[index]
        if type.elementType == .f32, type.rank == 4,
            let shape = TensorType(.f32, Array(type.dimensions.dropFirst())).shape
        {
            return ImageType(batch: type.dimensions[0], channels: shape[0], height: shape[1], width: shape[2])
        }
        throw ConstraintViolation(
            label, "\(name) works on images f32[N, channels, height, width], not on \(type)",
            remedy: "give it an f32 value of four dimensions, numbers all but the first", at: .operand(index))
    }

    /// Operand `index` as one row of numbers for each sample.
    func rows(
        _ label: String, _ index: Int = 0, remedy: String = "give it an f32 value of two dimensions"
    ) throws(ConstraintViolation) -> (batch: Dimension, count: Int) {
        let type = operands[index]
        if type.elementType == .f32, type.rank == 2, let count = type.dimensions[1].number {
            return (type.dimensions[0], count)
        }
        throw ConstraintViolation(
            label, "\(name) works on rows f32[N, features], not on \(type)", remedy: remedy, at: .operand(index))
    }
}

/// The type of a batch of images, `f32[N, channels, height, width]`.
struct ImageType {
    var batch: Dimension
    var channels: Int
    var height: Int
    var width: Int

    var type: TensorType { TensorType(.f32, [batch, .fixed(channels), .fixed(height), .fixed(width)]) }
}

extension ConstraintViolation {
    /// The same violation as another operator's documentation labels it: for operators that use another's shape rule.
    func relabelled(_ label: String) -> ConstraintViolation {
        ConstraintViolation(label, message, remedy: remedy)
    }
}
