import ApusGraph
import ApusONNX
import FoundationEssentials
import ONNXSchema
import ONNXTestSupport
import TestSupport

/// Changes files at random, each in a way of its own, by its number.
struct Mutation {
    /// Bytes that a changed file has at most.
    static let sizeLimit = 1 << 20

    private var random: SplitMix64

    init(seed: UInt64, number: Int) {
        random = SplitMix64(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// The bytes of a changed file.
    mutating func bytes(of files: [[UInt8]]) -> [UInt8] {
        var bytes = pick(files)
        if chance(3), var model = try? ModelProto(serializedBytes: bytes) {
            for _ in 0..<Int.random(in: 1...6, using: &random) { change(&model) }
            let changed = model.bytes
            // Nodes in a row may hold all of the others. A file that is large by itself may take longer.
            if changed.count <= Self.sizeLimit { bytes = changed }
        }
        if chance(0) { damage(&bytes) }
        return bytes
    }

    // MARK: Bytes

    private mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = pick([0, 0x7f, 0x80, 0xff])
            case 2: bytes.removeLast(bytes.count - place)
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
            default: for index in place..<end { bytes[index] = 0xff }
            }
        }
    }

    // MARK: Messages

    private mutating func change(_ model: inout ModelProto) {
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            if !model.opsetImport.isEmpty { model.opsetImport[0].version = Int64.random(in: 7...28, using: &random) }
        case 1: model.irVersion = Int64.random(in: 3...14, using: &random)
        case 2: wrap(&model)
        case 3:
            model.functions.mutateAny(&random) { function, random in
                var mutation = Mutation(random: random)
                mutation.change(&function.node)
            }
        default: change(&model.graph)
        }
    }

    private init(random: SplitMix64) { self.random = random }

    private mutating func change(_ graph: inout GraphProto) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: if let index = graph.input.indices.randomElement(using: &random) { change(&graph.input[index]) }
        case 2, 3, 4:
            if let index = graph.initializer.indices.randomElement(using: &random) { change(&graph.initializer[index]) }
        case 5: initialize(&graph)
        case 6:
            if let index = graph.output.indices.randomElement(using: &random) { graph.output[index].name = name(graph) }
        default: change(&graph.node)
        }
    }

    private mutating func change(_ nodes: inout [NodeProto]) {
        guard let index = nodes.indices.randomElement(using: &random) else { return }
        let names = nodes.flatMap { $0.input + $0.output } + [""]
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            let other = pick(KnownOperator.all)
            (nodes[index].opType, nodes[index].domain) = (other.name, other.domain)
        case 1: nodes[index].input.append(pick(names))
        case 2: if !nodes[index].input.isEmpty { nodes[index].input.removeLast() }
        case 3:
            if let place = nodes[index].input.indices.randomElement(using: &random) {
                nodes[index].input[place] = pick(names)
            }
        case 4: nodes[index].output.append(pick(names + ["fresh"]))
        case 5: nodes.insert(nodes[index], at: Int.random(in: 0...nodes.count, using: &random))
        case 6: nodes.remove(at: index)
        case 7: chain(&nodes, at: index)
        case 8: nodes[index].attribute.append(attribute())
        default:
            guard let place = nodes[index].attribute.indices.randomElement(using: &random) else {
                nodes[index].attribute.append(attribute())
                return
            }
            change(&nodes[index].attribute[place])
        }
    }

    /// Has the same done many times in a row.
    private mutating func chain(_ nodes: inout [NodeProto], at index: Int) {
        guard let last = nodes[index].output.first, !nodes[index].input.isEmpty else { return }
        var name = last
        // A loop or a branch holds any number of nodes itself, and may be copied with all of them.
        let room = Self.sizeLimit / max((try? nodes[index].serializedBytes() as [UInt8])?.count ?? 1, 1)
        for number in 0..<min(Int.random(in: 2...400, using: &random), room) {
            var copy = nodes[index]
            copy.input[0] = name
            if chance(1), copy.input.count > 1 { copy.input[1] = name }
            name = "\(last)_\(number)"
            copy.output[0] = name
            nodes.append(copy)
        }
    }

    private mutating func change(_ input: inout ValueInfoProto) {
        guard let axis = input.type.tensorType.shape.dim.indices.randomElement(using: &random), chance(3) else {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: input.type.tensorType.elemType = Int32.random(in: -1...27, using: &random)
            case 1: input.type.tensorType.clearShape()
            case 2:
                input.type.tensorType.shape.dim += Array(
                    repeating: .with { $0.dimValue = 2 }, count: Int.random(in: 1...9, using: &random))
            default: input.name = ""
            }
            return
        }
        if chance(0) {
            input.type.tensorType.shape.dim[axis].dimParam = pick(["N", "T", "", "a b", "0", "N*2"])
        } else {
            input.type.tensorType.shape.dim[axis].dimValue = hostile()
        }
    }

    private mutating func change(_ tensor: inout TensorProto) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: tensor.dims.mutateAny(&random) { extent, random in extent = Mutation.hostile(&random) }
        case 1: tensor.dims.append(hostile())
        case 2: tensor.dataType = Int32.random(in: -1...27, using: &random)
        case 3: tensor.rawData = Data(repeating: UInt8.random(in: 0...255, using: &random), count: tensor.rawData.count)
        case 4: tensor.rawData = tensor.rawData.dropLast()
        case 5: if let fresh = number([tensor.dims.reduce(1) { $0 &* $1 }].first ?? 1) { tensor.rawData = fresh }
        case 6:
            tensor.dataLocation = .external
            tensor.externalData = [.with { $0.key = "location" }]
            tensor.externalData[0].value = pick(["/etc/passwd", "../x", "x", "/dev/zero", "", "\0"])
        default: tensor.name = ""
        }
    }

    /// Whole numbers of 64 bits, some of them large.
    private mutating func number(_ count: Int64) -> Data? {
        guard (1...64).contains(count) else { return nil }
        var bytes: [UInt8] = []
        for _ in 0..<count { withUnsafeBytes(of: hostile()) { bytes += $0 } }
        return Data(bytes)
    }

    /// Gives an input a value.
    private mutating func initialize(_ graph: inout GraphProto) {
        guard let input = graph.input.randomElement(using: &random) else { return }
        let extents = input.type.tensorType.shape.dim.map { max(0, min($0.dimValue, 4)) }
        var tensor = TensorProto(input.name, extents.map(Int.init), .int64)
        tensor.dataType = input.type.tensorType.elemType
        let count = extents.reduce(1, *)
        guard count <= 4096 else { return }
        switch tensor.dataType {
        case 1: tensor.floatData = (0..<count).map { _ in Float(hostile()) }
        case 11: tensor.doubleData = (0..<count).map { _ in Double(hostile()) }
        case 7: tensor.int64Data = (0..<count).map { _ in hostile() }
        case 12, 13: tensor.uint64Data = (0..<count).map { _ in UInt64(bitPattern: hostile()) }
        default: tensor.int32Data = (0..<count).map { _ in Int32(truncatingIfNeeded: hostile()) }
        }
        graph.initializer.append(tensor)
    }

    /// Puts all nodes into a branch or a loop.
    private mutating func wrap(_ model: inout ModelProto) {
        let outputs = model.graph.output.map(\.name)
        var inner = GraphProto(model.graph.node, outputs: outputs)
        var tensor = TensorProto("__c", [], integers: [Int(pick([0, 1, 2, 3, 100, 4096, 5000, -1] as [Int64]))])
        if chance(1) {
            tensor = TensorProto("__c", Tensor(.bool, shape: [], integers: [1]))
            model.graph.node = [
                NodeProto("If", ["__c"], outputs, [.graph("then_branch", inner), .graph("else_branch", inner)])
            ]
        } else {
            inner.input = [.tensor("__i", [], .i64), .tensor("__go", [], .bool)]
            inner.output.insert(.with { $0.name = "__go" }, at: 0)
            model.graph.node = [NodeProto("Loop", ["__c", ""], outputs, [.graph("body", inner)])]
        }
        model.graph.initializer.append(tensor)
    }

    private mutating func attribute() -> AttributeProto {
        var attribute = AttributeProto.int(pick(Self.attributeNames), 0)
        change(&attribute)
        return attribute
    }

    private mutating func change(_ attribute: inout AttributeProto) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: attribute.name = pick(Self.attributeNames)
        case 1: attribute.type = pick([.int, .ints, .float, .floats, .string, .strings, .tensor, .graph])
        case 2:
            attribute.type = .float
            attribute.f = pick([0, -1, .nan, .infinity, 1e38, 1e-37])
        case 3, 4:
            attribute.type = .int
            attribute.i = hostile()
        case 5:
            attribute.type = .string
            attribute.s = Data(pick(["", "SAME_UPPER", "linear", "ij,jk->ik", "reflect", "\u{0}", "forward"]).utf8)
        case 6 where attribute.hasG: change(&attribute.g)
        case 6 where attribute.hasT: change(&attribute.t)
        case 7 where !attribute.ints.isEmpty:
            attribute.ints.mutateAny(&random) { number, random in number = Mutation.hostile(&random) }
        default:
            attribute.type = .ints
            attribute.ints = (0..<Int.random(in: 0...6, using: &random)).map { _ in hostile() }
        }
    }

    private mutating func name(_ graph: GraphProto) -> String {
        pick(graph.node.flatMap { $0.input + $0.output } + graph.input.map(\.name) + ["", "none"])
    }

    // MARK: Choices

    /// True three times in four, twice, or once: by `quarters`, and more seldom still where these are 0.
    private mutating func chance(_ quarters: Int) -> Bool {
        let drawn = Int.random(in: 0..<8, using: &random)
        return quarters == 0 ? drawn == 0 : drawn < 2 * quarters
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    private mutating func hostile() -> Int64 { Self.hostile(&random) }

    /// A number that is small, or at one of the places where arithmetic ends.
    private static func hostile(_ random: inout SplitMix64) -> Int64 {
        let edges: [Int64] = [
            .min, .max, .min + 1, .max - 1, 1 << 31, -(1 << 31), (1 << 31) - 1, 1 << 32, 1 << 40, 65_536, 46_341,
            1 << 24,
        ]
        return Bool.random(using: &random)
            ? Int64.random(in: -4...8, using: &random) : edges[Int.random(in: edges.indices, using: &random)]
    }

    private static let attributeNames = [
        "alpha", "allowzero", "auto_pad", "axes", "axis", "batch_axis", "batch_dims", "beta", "bias", "blocksize",
        "body",
        "ceil_mode", "coordinate_transformation_mode", "count_include_pad", "cubic_coeff_a", "detect_negative",
        "dilations", "direction", "dtype", "end", "epsilon", "equation", "exclusive", "fmod", "group", "hidden_size",
        "high", "is_causal", "keepdims", "kernel_shape", "kv_num_heads", "largest", "low", "mode", "momentum",
        "nearest_mode", "noop_with_empty_axes", "num_groups", "num_heads", "num_outputs", "output_padding",
        "output_shape",
        "p", "pads", "perm", "q_num_heads", "reverse", "sampling_ratio", "scale", "scales", "seed", "select_last_index",
        "size", "sorted", "spatial_scale", "split", "start", "storage_order", "strides", "time_axis", "to", "transA",
        "transB", "upper", "value", "value_float", "value_int", "value_ints",
    ]
}

extension Array {
    /// Changes one element, where there is one.
    fileprivate mutating func mutateAny(
        _ random: inout SplitMix64, _ body: (inout Element, inout SplitMix64) -> Void
    ) {
        guard let index = indices.randomElement(using: &random) else { return }
        body(&self[index], &random)
    }
}
