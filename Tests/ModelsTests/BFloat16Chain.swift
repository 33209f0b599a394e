import ApusGraph

/// A random chain of convolutions with pools and sums between them, and its answer by plain loops: factors are rounded to bf16, and products
/// are added in f32 in the order that the instruction's definition says.
struct BFloat16Chain {
    private struct Layer {
        var name: String
        var filters: Int
        var kernel: Int
        var stride: Int
        var isRectified: Bool
        /// The layer whose result is added.
        var addend: Int?
        /// 2 for windows of 2 × 2, 3 for those of 3 × 3, every second place.
        var pool: Int?
    }

    /// Of a sample, row-major.
    private struct Image {
        var channels, height, width: Int
        var elements: [Float]

        subscript(channel: Int, row: Int, column: Int) -> Float {
            elements[(channel * height + row) * width + column]
        }

        init(_ channels: Int, _ height: Int, _ width: Int, _ elements: [Float] = []) {
            (self.channels, self.height, self.width) = (channels, height, width)
            self.elements = elements
        }
    }

    let source: String
    private var layers: [Layer] = []
    private let input: (channels: Int, height: Int, width: Int)

    var count: Int { layers.count }
    var pixels: Int { input.channels * input.height * input.width }
    /// Pools that are no part of a convolution.
    var pools: Int { layers.count { $0.pool == 3 } }

    init(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let isPlain = random.chance(2)
        input = (isPlain ? 3 : random.pick([16, 19, 40]), random.integer(7...13), random.integer(7...21))
        var lines = ["model chain", "input image: f32[N, \(input.channels), \(input.height), \(input.width)]"]
        var shapes: [[Int]] = []
        var shape = [input.channels, input.height, input.width]
        var last = "image"
        for number in 0..<random.integer(2...4) {
            let kernel = number == 0 && isPlain ? random.pick([5, 7]) : random.pick([1, 3, 3, 5])
            var layer = Layer(
                name: "c\(number)", filters: random.pick([32, 48, 50]), kernel: kernel,
                stride: random.chance(4) ? 2 : 1, isRectified: random.chance(2))
            var made = [layer.filters] + shape.dropFirst().map { ($0 - 1) / layer.stride + 1 }
            if number > 1, random.chance(2),
                let index = shapes.indices.dropLast().last(where: { shapes[$0].count == 3 })
            {
                // Of one shape, so that it can be added.
                layer.filters = shapes[index][0]
                made[0] = layer.filters
                if made == shapes[index] { layer.addend = index }
            }
            lines.append(
                "\(layer.name) = conv2d(\(last), filters: \(layer.filters), kernel: [\(kernel), \(kernel)], "
                    + "stride: \(layer.stride), padding: \(kernel / 2))")
            last = layer.name
            if let addend = layer.addend {
                lines.append("\(layer.name).sum = add(\(last), \(layers[addend].name).end)")
                last = "\(layer.name).sum"
            }
            if layer.isRectified {
                lines.append("\(layer.name).relu = relu(\(last))")
                last = "\(layer.name).relu"
            }
            if layer.addend == nil, made[1] >= 4, made[2] >= 4, random.chance(2) {
                layer.pool = layer.stride == 1 ? random.integer(2...3) : 3
            }
            // A network ends with a convolution.
            if let window = layer.pool {
                lines.append("\(layer.name).pool = max_pool2d(\(last), window: \(window), stride: 2)")
                last = "\(layer.name).pool"
                made = [made[0]] + made.dropFirst().map { ($0 - window) / 2 + 1 }
            }
            lines.append("\(layer.name).end = identity(\(last))")
            last = "\(layer.name).end"
            layers.append(layer)
            shapes.append(made)
            shape = made
        }
        lines.append("last = conv2d(\(last), filters: 33, kernel: [1, 1])")
        lines.append("output y = identity(last)")
        layers.append(Layer(name: "last", filters: 33, kernel: 1, stride: 1, isRectified: false))
        source = lines.joined(separator: "\n") + "\n"
    }

    /// The answer to a batch.
    func answer(_ numbers: [Float], weights: [String: [Float]]) -> [Float] {
        (0..<numbers.count / pixels).flatMap { sample in
            var value = Image(
                input.channels, input.height, input.width, Array(numbers[sample * pixels..<(sample + 1) * pixels]))
            var ends: [Image] = []
            for (number, layer) in layers.enumerated() {
                value.elements = value.elements.map(nearestBFloat)
                value = convolved(
                    value, layer, weights, readsColumns: number == 0 && value.channels == 3 && layer.pool != 2)
                if let addend = layer.addend {
                    value.elements = zip(value.elements, ends[addend].elements).map { $0 + nearestBFloat($1) }
                }
                if layer.isRectified { value.elements = value.elements.map { max(0, $0) } }
                if let window = layer.pool { value = pooled(value, window) }
                ends.append(value)
            }
            return value.elements
        }
    }

    private func convolved(
        _ source: Image, _ layer: Layer, _ weights: [String: [Float]], readsColumns: Bool
    ) -> Image {
        let (kernel, channels) = (layer.kernel, source.channels)
        let (factors, bias) = (weights["\(layer.name).weight"]!.map(nearestBFloat), weights["\(layer.name).bias"]!)
        let (height, width) = ((source.height - 1) / layer.stride + 1, (source.width - 1) / layer.stride + 1)
        var result = Image(layer.filters, height, width)
        /// The second of a pair comes first.
        func swapped(_ count: Int) -> [Int] { (0..<count + count % 2).map { $0 ^ 1 }.filter { $0 < count } }
        let (places, columns, inputs) = (Array(0..<kernel), swapped(kernel), swapped(channels))
        let terms: [(c: Int, i: Int, j: Int)] =
            readsColumns
            ? (0..<channels).flatMap { c in places.flatMap { i in columns.map { (c, i, $0) } } }
            : places.flatMap { i in places.flatMap { j in inputs.map { ($0, i, j) } } }
        for filter in 0..<layer.filters {
            for y in 0..<height {
                for x in 0..<width {
                    var sum = bias[filter]
                    for (c, i, j) in terms {
                        let (row, column) = (y * layer.stride + i - kernel / 2, x * layer.stride + j - kernel / 2)
                        guard 0..<source.height ~= row, 0..<source.width ~= column else { continue }
                        let weight = factors[((filter * channels + c) * kernel + i) * kernel + j]
                        sum = Float(Double(source[c, row, column]) * Double(weight) + Double(sum))
                    }
                    result.elements.append(sum)
                }
            }
        }
        return result
    }

    private func pooled(_ source: Image, _ window: Int) -> Image {
        var result = Image(source.channels, (source.height - window) / 2 + 1, (source.width - window) / 2 + 1)
        for channel in 0..<source.channels {
            for y in 0..<result.height {
                for x in 0..<result.width {
                    let places = (0..<window).flatMap { i in (0..<window).map { (2 * y + i, 2 * x + $0) } }
                    result.elements.append(places.map { source[channel, $0, $1] }.max() ?? 0)
                }
            }
        }
        return result
    }
}

/// The nearest number of bf16, the even one of two.
private func nearestBFloat(_ number: Float) -> Float {
    let below = number.bitPattern & 0xFFFF_0000
    let rest = number.bitPattern & 0xFFFF
    let isAbove = rest > 0x8000 || rest == 0x8000 && below >> 16 & 1 == 1
    return Float(bitPattern: isAbove ? below + 0x1_0000 : below)
}
