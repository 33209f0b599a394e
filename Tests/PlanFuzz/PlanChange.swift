import ApusInstructions
import ApusPlan
import TestSupport

/// A plan some of whose fields are changed: sizes, ports, operands, repeats, cuts, combinations, parameters, and the order.
struct PlanChange {
    private(set) var plan: Plan

    init(_ plan: Plan) { self.plan = plan }

    /// Changes one to three fields, and says how.
    mutating func make(_ random: inout SplitMix64) -> String {
        var changes: [String] = []
        for _ in 0..<1 + random.next() % 3 {
            switch random.next() % 16 {
            case 0: changes.append(changeSize(&random))
            case 1: changes.append(changePort(&random))
            case 2: changes.append(changeLists(&random))
            default: changes.append(changeInstruction(&random))
            }
        }
        return changes.joined(separator: ", ")
    }

    private mutating func changeSize(_ random: inout SplitMix64) -> String {
        let fields: [(String, WritableKeyPath<Plan, Int>)] = [
            ("batch bound", \.batchBound), ("micro-batch", \.microBatch), ("shards", \.shards),
            ("state", \.stateBytes), ("reductions", \.reductionBytes), ("activations", \.activationBytes),
            ("activations' bound", \.activationBound), ("multiply-adds", \.multiplyAdds),
        ]
        let (name, field) = Self.pick(fields, &random)
        let old = plan[keyPath: field]
        plan[keyPath: field] = max(0, Self.number(old, &random))
        return "\(name): \(plan[keyPath: field]) instead of \(old)"
    }

    private mutating func changePort(_ random: inout SplitMix64) -> String {
        let ports: WritableKeyPath<Plan, [Port]> = random.next() % 2 == 0 ? \.inputs : \.outputs
        guard !plan[keyPath: ports].isEmpty else { return "no port" }
        let index = Int(random.next() % UInt64(plan[keyPath: ports].count))
        var port = plan[keyPath: ports][index]
        switch random.next() % 4 {
        case 0: port.isShared.toggle()
        case 1: port.elementType = Self.pick(Port.ElementType.allCases, &random)
        case 2: port.sampleShape.append(Int(random.next() % 4))
        default:
            if port.sampleShape.isEmpty { break }
            let dimension = Int(random.next() % UInt64(port.sampleShape.count))
            port.sampleShape[dimension] = max(0, Self.number(port.sampleShape[dimension], &random))
        }
        plan[keyPath: ports][index] = port
        return "port \(index) is \(port)"
    }

    /// Changes what is run when.
    private mutating func changeLists(_ random: inout SplitMix64) -> String {
        switch random.next() % 5 {
        case 0:
            let start = Int(random.next() % UInt64(plan.body.count + 1))
            plan.combinations.append(start..<start + Int(random.next() % 3))
            return "combinations \(plan.combinations)"
        case 1:
            if !plan.combinations.isEmpty { plan.combinations.removeLast() }
            return "combinations \(plan.combinations)"
        case 2:
            guard plan.body.count > 1 else { return "no order" }
            let first = Int(random.next() % UInt64(plan.body.count - 1))
            plan.body.swapAt(first, first + 1)
            return "instructions \(first) and \(first + 1) of the body exchanged"
        case 3:
            guard let last = plan.body.last else { return "no body" }
            plan.epilogue.append(last)
            return "the body's last instruction in the epilogue too"
        default:
            guard plan.body.count > 1 else { return "no body" }
            let index = Int(random.next() % UInt64(plan.body.count))
            plan.body.remove(at: index)
            return "no instruction \(index) of the body"
        }
    }

    private mutating func changeInstruction(_ random: inout SplitMix64) -> String {
        let lists: [(String, WritableKeyPath<Plan, [Instruction]>)] = [
            ("prologue", \.prologue), ("body", \.body), ("body", \.body), ("body", \.body), ("epilogue", \.epilogue),
        ].filter { !plan[keyPath: $0.1].isEmpty }
        guard !lists.isEmpty else { return "no instruction" }
        let (name, list) = Self.pick(lists, &random)
        let index = Int(random.next() % UInt64(plan[keyPath: list].count))
        var instruction = plan[keyPath: list][index]
        let what = Self.change(&instruction, &random)
        plan[keyPath: list][index] = instruction
        return "instruction \(index) of the \(name), \(instruction.opcode): \(what)"
    }

    private static func change(_ instruction: inout Instruction, _ random: inout SplitMix64) -> String {
        switch random.next() % 10 {
        case 0 where random.next() % 3 == 0:
            instruction.multiplyAdds = max(0, number(instruction.multiplyAdds, &random))
            return "multiply-adds \(instruction.multiplyAdds)"
        case 0:
            instruction.repeats = number(instruction.repeats, &random)
            return "repeats \(instruction.repeats)"
        case 1, 2:
            let axis = pick(Partition.Axis.allCases, &random)
            let parts = pick([0, 1, 2, 3, 4, 8, 1 << 12, 1 << 13], &random)
            instruction.cut = random.next() % 4 == 0 ? nil : Cut(axis, parts: parts, follows: random.next() % 4 == 0)
            return "cut \(instruction.cut.map { "\($0)" } ?? "not")"
        case 3, 4, 5:
            guard !instruction.operands.isEmpty else { return "no operand" }
            let number = Int(random.next() % UInt64(instruction.operands.count))
            var operand = instruction.operands[number]
            switch random.next() % 3 {
            case 0: operand.offset = max(0, Self.number(operand.offset, &random))
            case 1: operand.port = UInt16(truncatingIfNeeded: pick([0, 1, 2, 3, 255, 65535], &random))
            default: operand.arena = pick(Arena.allCases, &random)
            }
            instruction.operands[number] = operand
            return "operand \(number) is \(operand)"
        default:
            var words = Words(instruction.parameters)
            guard words.count > 0 else { return "no parameter" }
            let word = Int(random.next() % UInt64(words.count))
            let old = words[word]
            words[word] = words.value(Int(random.next() % UInt64(words.valueCount)), of: word)
            instruction.parameters = words.bytes
            return "word \(word) is \(Int32(bitPattern: words[word])) instead of \(Int32(bitPattern: old))"
        }
    }

    private static func pick<Element>(_ list: [Element], _ random: inout SplitMix64) -> Element {
        list[Int(random.next() % UInt64(list.count))]
    }

    /// A number near the old one, or a special one.
    private static func number(_ old: Int, _ random: inout SplitMix64) -> Int {
        switch random.next() % 8 {
        case 0: old + 1
        case 1: old - 1
        case 2: old ^ 1 << Int(random.next() % 48)
        case 3: 2 * old
        case 4: old / 2
        case 5: old + pick([4, 64, 4096, -4, -64, -4096], &random)
        case 6: pick([0, 1, -1, 2, 255, 1 << 16, 1 << 24, 1 << 31, 1 << 32, 1 << 47, 1 << 48], &random)
        default: Int(random.next() % 64)
        }
    }
}
