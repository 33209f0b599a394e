import ApusGraph
import TestSupport

/// Small random numbers for tests.
struct TestRandom {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    mutating func chance(_ oneIn: Int) -> Bool { integer(1...oneIn) == 1 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[integer(0...elements.count - 1)] }

    /// Uniform within ±`bound`.
    mutating func number(_ bound: Float = 1) -> Float {
        (Float(next() >> 40) / Float(1 << 23) - 1) * bound
    }

    mutating func numbers(_ count: Int, _ bound: Float = 1) -> [Float] { (0..<count).map { _ in number(bound) } }
}

/// A random network in the language: a chain of images with side branches, then rows, then a softmax.
struct RandomNetwork {
    let source: String
    let classes: Int

    init(source: String, classes: Int) {
        self.source = source
        self.classes = classes
    }

    init(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var lines = ["model random"]
        var channels = random.integer(1...5)
        let height = random.integer(6...13)
        let width = random.integer(6...13)
        lines.append("input image: f32[N, \(channels), \(height), \(width)]")
        var last = "image"
        // Sizes are followed only as far as is needed to keep windows inside the image.
        var extent = min(height, width)
        for layer in 1...random.integer(1...4) {
            let kernel = [random.integer(1...min(4, extent)), random.integer(1...min(4, extent))]
            let stride = extent > 5 && random.chance(3) ? [2, random.integer(1...2)] : [1, 1]
            let padding = (0..<4).map { _ in random.integer(0...2) }
            let dilation = extent > 8 && random.chance(4) ? 2 : 1
            var groups = 1
            var filters = random.integer(1...20)
            switch random.integer(1...5) {
            case 1 where channels > 1:
                groups = channels
                filters = channels
            case 2 where channels % 2 == 0:
                groups = 2
                filters = 2 * random.integer(1...9)
            case 3: filters = random.pick([8, 16, 32])
            default: break
            }
            let reach = kernel.map { (($0 - 1) * dilation) + 1 }
            if reach.max()! > extent { continue }
            lines.append(
                "conv\(layer) = conv2d(\(last), filters: \(filters), kernel: \(kernel), stride: \(stride), "
                    + "padding: \(padding), dilation: [\(dilation), \(dilation)], groups: \(groups), "
                    + "bias: \(!random.chance(4)))")
            last = "conv\(layer)"
            channels = filters
            let smaller = zip(reach, stride).map { (extent + 0 - $0) / $1 + 1 }
            extent = smaller.min()!
            if random.chance(3) {
                lines.append("norm\(layer) = batch_norm(\(last))")
                last = "norm\(layer)"
            }
            let activation = random.pick(["relu", "relu", "relu", "tanh", "sigmoid", ""])
            if activation != "" {
                lines.append("act\(layer) = \(activation)(\(last))")
                last = "act\(layer)"
            }
            if random.chance(3) {
                lines.append("twice\(layer) = add(\(last), \(random.pick([last, "conv\(layer)"])))")
                last = "twice\(layer)"
            }
            if extent >= 3, random.chance(2) {
                let window = random.integer(2...3)
                let step = random.chance(2) ? window : random.integer(1...2)
                let kind = random.pick(["max_pool2d", "max_pool2d", "average_pool2d"])
                lines.append(
                    "pool\(layer) = \(kind)(\(last), window: [\(window), \(window)], stride: [\(step), \(step)], "
                        + "padding: \(random.integer(0...1)))")
                last = "pool\(layer)"
                extent = (extent - window) / step + 1
            }
        }
        if random.chance(4) {
            lines.append("mean = global_average_pool(\(last))")
            last = "mean"
        }
        lines.append("flat = flatten(\(last))")
        last = "flat"
        if random.chance(2) {
            lines.append("hidden = dense(\(last), units: \(random.integer(1...40)))")
            lines.append("active = \(random.pick(["relu", "tanh", "sigmoid"]))(hidden)")
            last = "active"
        }
        if random.chance(4) {
            lines.append("doubled = multiply(\(last), \(last))")
            last = "doubled"
        }
        classes = random.integer(2...12)
        lines.append("logits = dense(\(last), units: \(classes), bias: \(!random.chance(4)))")
        lines.append("output probabilities = softmax(logits)")
        source = lines.joined(separator: "\n") + "\n"
    }
}
