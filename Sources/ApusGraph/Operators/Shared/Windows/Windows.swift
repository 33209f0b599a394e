/// What stands around an image before windows move over it.
public enum Padding: Sendable, Hashable {
    /// So many rows and columns of zeros, or of nothing where the operator says so.
    case explicit(top: Int, left: Int, bottom: Int, right: Int)
    /// As much as makes the output ceil(input / stride) large. What can't be halved is larger at the bottom and the right,
    /// as in ONNX's SAME_UPPER.
    case same

    /// No padding.
    public static let zero = Padding(0)

    /// The same padding on all four sides.
    public init(_ all: Int) { self = .explicit(top: all, left: all, bottom: all, right: all) }

    /// Reads `padding: 1`, `padding: [rows, columns]`, `padding: [top, left, bottom, right]` or `padding: same`; no
    /// padding where it is left out.
    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        guard let value = attributes.any("padding") else {
            self = .zero
            return
        }
        let numbers: [Int]
        switch value {
        case .word("same"):
            self = .same
            return
        case .integer(let number): numbers = [number]
        case .integers(let list): numbers = list
        default: numbers = []
        }
        let allowed = numbers.allSatisfy(AttributeRange.margin.contains)
        switch numbers.count {
        case 1 where allowed: self.init(numbers[0])
        case 2 where allowed:
            self = .explicit(top: numbers[0], left: numbers[1], bottom: numbers[0], right: numbers[1])
        case 4 where allowed:
            self = .explicit(top: numbers[0], left: numbers[1], bottom: numbers[2], right: numbers[3])
        default:
            throw AttributeError(
                attribute: "padding",
                message: "'padding' is one, two or four whole numbers from 0 to \(AttributeRange.margin.upperBound), "
                    + "or same, not \(value)",
                remedy: "write 1, [rows, columns], [top, left, bottom, right] or same")
        }
    }

    /// The attribute in its shortest form; empty where there is no padding.
    var attribute: [Attribute] {
        guard case .explicit(let top, let left, let bottom, let right) = self else {
            return [Attribute("padding", .word("same"))]
        }
        if (top, left) != (bottom, right) { return [Attribute("padding", .integers([top, left, bottom, right]))] }
        if top != left { return [Attribute("padding", .integers([top, left]))] }
        return top == 0 ? [] : [Attribute("padding", .integer(top))]
    }
}

/// Where the windows of an operator lie, for one size of its input.
public struct WindowGeometry: Sendable, Equatable {
    public var outputHeight: Int
    public var outputWidth: Int
    public var padTop: Int
    public var padLeft: Int
    public var padBottom: Int
    public var padRight: Int

    public init(
        outputHeight: Int, outputWidth: Int, padTop: Int = 0, padLeft: Int = 0, padBottom: Int = 0, padRight: Int = 0
    ) {
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
        self.padTop = padTop
        self.padLeft = padLeft
        self.padBottom = padBottom
        self.padRight = padRight
    }
}

/// Windows that move over an image: the shape rule that convolution and pooling share.
struct Windows {
    /// Rows and columns of a window.
    var size: [Int]
    var stride: [Int]
    var dilation = [1, 1]
    var padding: Padding
    /// Rows and columns at the far edge of the output that are not computed.
    var trim = [0, 0]

    /// Rows or columns of the input from the first to the last of a window.
    private func span(_ axis: Int) -> Int { dilation[axis] * (size[axis] - 1) + 1 }

    private func resolve(axis: Int, input: Int) -> (output: Int, before: Int, after: Int) {
        guard case .explicit(let top, let left, let bottom, let right) = padding else {
            let output = (input + stride[axis] - 1) / stride[axis]
            let total = max((output - 1) * stride[axis] + span(axis) - input, 0)
            return (output - trim[axis], total / 2, total - total / 2)
        }
        let (before, after) = axis == 0 ? (top, bottom) : (left, right)
        let room = input + before + after - span(axis)
        return (room < 0 ? 0 : room / stride[axis] + 1 - trim[axis], before, after)
    }

    /// - Precondition: the attributes are well-formed, as ``check(_:_:label:)`` finds.
    func geometry(height: Int, width: Int) -> WindowGeometry {
        let rows = resolve(axis: 0, input: height)
        let columns = resolve(axis: 1, input: width)
        return WindowGeometry(
            outputHeight: rows.output, outputWidth: columns.output, padTop: rows.before, padLeft: columns.before,
            padBottom: rows.after, padRight: columns.after)
    }

    /// How the output's rows (axis 0) or columns (axis 1) came to be.
    func derivation(axis: Int, input: Int) -> String {
        let less = trim[axis] == 0 ? "" : " − \(trim[axis])"
        guard case .explicit = padding else { return "ceil(\(input) / \(stride[axis]))\(less)" }
        let (_, before, after) = resolve(axis: axis, input: input)
        let window = dilation[axis] == 1 ? "\(size[axis])" : "(\(dilation[axis]) × (\(size[axis]) − 1) + 1)"
        return "floor((\(input) + \(before) + \(after) − \(window)) / \(stride[axis])) + 1\(less)"
    }

    /// Checks that the attributes have as many numbers as they need, and these a sense: specs can't break it, calls from
    /// Swift can.
    func check(_ name: String, wellFormed label: String) throws(ConstraintViolation) {
        var margins = trim
        if case .explicit(let top, let left, let bottom, let right) = padding { margins += [top, left, bottom, right] }
        let extents = [size, stride, dilation]
        guard extents.allSatisfy({ $0.count == 2 && $0.allSatisfy(AttributeRange.extent.contains) }),
            trim.count == 2, margins.allSatisfy(AttributeRange.margin.contains)
        else {
            throw ConstraintViolation(
                label,
                "\(name) needs two numbers from 1 to \(AttributeRange.extent.upperBound) for its window (\(size)), stride "
                    + "(\(stride)) and dilation (\(dilation)), and no negative padding",
                remedy: "give rows and columns of each")
        }
    }

    /// Checks that at least one window fits, and returns where the windows lie.
    func fit(
        _ image: ImageType, _ name: String, _ word: String, label: String
    ) throws(ConstraintViolation) -> WindowGeometry {
        let geometry = geometry(height: image.height, width: image.width)
        for (axis, input, output, direction) in [
            (0, image.height, geometry.outputHeight, "rows"), (1, image.width, geometry.outputWidth, "columns"),
        ] where output < 1 {
            throw ConstraintViolation(
                label,
                "the \(word) of \(name) spans \(span(axis)) \(direction), but its operand has only "
                    + "\(derivationOfRoom(axis: axis, input: input)) with the padding",
                remedy: "make the \(word) smaller, pad more, or give a larger image", at: .attribute(word))
        }
        return geometry
    }

    private func derivationOfRoom(axis: Int, input: Int) -> String {
        let (_, before, after) = resolve(axis: axis, input: input)
        return before + after == 0 ? "\(input)" : "\(input) + \(before) + \(after) = \(input + before + after)"
    }

    /// Checks that no window of a pooling operator lies wholly in the padding.
    func checkPadding(_ name: String, label: String) throws(ConstraintViolation) {
        guard case .explicit(let top, let left, let bottom, let right) = padding else { return }
        guard max(top, bottom) >= size[0] || max(left, right) >= size[1] else { return }
        throw ConstraintViolation(
            label,
            "the padding [\(top), \(left), \(bottom), \(right)] of \(name) is not smaller than its window "
                + "[\(size[0]), \(size[1])], so that a window could lie wholly outside the image",
            remedy: "pad less than \(size[0]) rows and \(size[1]) columns", at: .attribute("padding"))
    }

    /// Calls `body` for each output of one image and each place of its window that lies within the image, with their
    /// offsets in row-major order and the number of the place within the window.
    @inline(__always)
    func forEachPlace(height: Int, width: Int, _ body: (_ output: Int, _ input: Int, _ place: Int) -> Void) {
        let geometry = geometry(height: height, width: width)
        for y in 0..<geometry.outputHeight {
            let top = y * stride[0] - geometry.padTop
            for x in 0..<geometry.outputWidth {
                let left = x * stride[1] - geometry.padLeft
                for i in placesWithin(axis: 0, from: top, extent: height) {
                    for j in placesWithin(axis: 1, from: left, extent: width) {
                        let (row, column) = (top + i * dilation[0], left + j * dilation[1])
                        body(y * geometry.outputWidth + x, row * width + column, i * size[1] + j)
                    }
                }
            }
        }
    }

    /// The places of a window along an axis that lie within the image, where the window begins at `start`. Windows may be much larger
    /// than the image.
    private func placesWithin(axis: Int, from start: Int, extent: Int) -> Range<Int> {
        let first = start < 0 ? (dilation[axis] - 1 - start) / dilation[axis] : 0
        let end = start < extent ? min(size[axis], (extent - 1 - start) / dilation[axis] + 1) : 0
        return first..<max(first, end)
    }
}
