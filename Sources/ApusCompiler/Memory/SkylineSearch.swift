/// Looks for a packing below a capacity, or shows that there is none.
///
/// The state is a *skyline*: for each section the floor, below which everything is decided. A *valley* is a run of
/// sections with one floor between two higher walls. What lies on the floor of a valley is one of few things: some
/// buffer inside the valley is the leftmost on its floor, and what is left of it is waste up to the lower of its two
/// sides; or no buffer lies there, and the floor rises to the lower wall. (In a packing where no buffer can sink, a
/// buffer above a wasted place spans one of the sides.) So each node takes a valley and tries these.
///
/// A section can waste no more than its slack: capacity − floor − what is still to be placed. That is zero in the
/// sections that carry the lower bound, and makes the search quick there. Beyond that a node is cut off
///
/// - if a section of a valley can't be filled up to the valley's lower wall by the buffers inside the valley,
/// - if a buffer still to come would fit into a place that is wasted (it may as well lie there), and
/// - if the same state has failed before (twins, and orders of placing that end in one skyline).
///
/// The canonical form and the cut by waste are in the spirit of Moffitt, "MiniMalloc" (ASPLOS 2023), sections 4 and 5.
struct SkylineSearch {
    enum Outcome {
        case found, impossible, budgetExhausted
    }

    /// Which buffers a node tries first, and which way time runs.
    enum Strategy: CaseIterable {
        case longestFirst, largestFirst, longestFirstBackwards, largestAreaFirst, largestFirstBackwards

        var isMirrored: Bool { self == .longestFirstBackwards || self == .largestFirstBackwards }
    }

    /// The offset of each buffer in units, once a packing is found.
    private(set) var offsets: [Int]
    /// Nodes visited.
    private(set) var nodes = 0

    private let problem: SkylineProblem
    private let capacity: Int
    private let nodeBudget: Int

    // The state.
    private var floor: [Int]
    /// What is still to be placed in each section.
    private var remaining: [Int]
    /// The buffers still to be placed, in the strategy's order: a ring of links, the last place of which is its start.
    private var next: [Int]
    private var previous: [Int]
    private var isPlaced: [Bool]
    private var placedCount = 0
    private var key = FailedStates.Key()
    private var failed: FailedStates

    /// What a section was before a change, to be undone.
    private var undoLog: [(section: Int, floor: Int, remaining: Int)] = []
    /// The choices of all nodes on the path, as a stack.
    private var choices: [Choice] = []

    // Room for `examine`, reused by every node.
    private var valleyOfSection: [Int]
    private var minimumSlack: [Int]
    private var innerChange: [Int]
    private var valleys: [Valley] = []

    private struct Choice {
        /// The leftmost buffer on the valley's floor, or −1: none.
        var buffer: Int
        var valley: Valley
    }

    private struct Valley {
        var start: Int
        var end: Int
        var leftWall: Int
        var rightWall: Int
        var choices = 0
        var lowerWall: Int { min(leftWall, rightWall) }
    }

    init(_ original: SkylineProblem, capacity: Int, strategy: Strategy, nodeBudget: Int) {
        let problem = strategy.isMirrored ? original.mirrored : original
        self.problem = problem
        self.capacity = capacity
        self.nodeBudget = nodeBudget
        let sizes = problem.sizes
        let durations = sizes.indices.map { problem.last[$0] - problem.first[$0] + 1 }
        let keys: [(Int, Int)] = sizes.indices.map {
            switch strategy {
            case .longestFirst, .longestFirstBackwards: (durations[$0], sizes[$0])
            case .largestFirst, .largestFirstBackwards: (sizes[$0], durations[$0])
            case .largestAreaFirst: (sizes[$0].multipliedReportingOverflow(by: durations[$0]).partialValue, sizes[$0])
            }
        }
        let order = sizes.indices.sorted { (-keys[$0].0, -keys[$0].1, $0) < (-keys[$1].0, -keys[$1].1, $1) }
        next = Array(repeating: 0, count: sizes.count + 1)
        previous = next
        for (left, right) in zip([sizes.count] + order, order + [sizes.count]) {
            next[left] = right
            previous[right] = left
        }

        offsets = Array(repeating: 0, count: sizes.count)
        floor = Array(repeating: 0, count: problem.sections)
        remaining = Array(repeating: 0, count: problem.sections)
        isPlaced = Array(repeating: false, count: sizes.count)
        failed = FailedStates(nodeBudget: nodeBudget)
        valleyOfSection = Array(repeating: -1, count: problem.sections)
        minimumSlack = Array(repeating: 0, count: problem.sections)
        innerChange = Array(repeating: 0, count: problem.sections + 1)
        // No state may have the key of an empty entry of the table.
        key.insert(UInt64.max)
        for buffer in sizes.indices {
            for section in problem.first[buffer]...problem.last[buffer] { remaining[section] += sizes[buffer] }
        }
    }

    /// The top of the highest buffer, once a packing is found.
    var height: Int { zip(offsets, problem.sizes).reduce(0) { max($0, $1.0 + $1.1) } }

    mutating func run() -> Outcome {
        if remaining.contains(where: { $0 > capacity }) { return .impossible }
        return descend()
    }

    private mutating func descend() -> Outcome {
        if placedCount == problem.sizes.count { return .found }
        if nodes >= nodeBudget { return .budgetExhausted }
        nodes += 1
        if failed.contains(key) { return .impossible }

        let base = choices.count
        if let valley = mostConstrainedValley() {
            gatherChoices(in: valley)
            for index in base..<choices.count {
                let choice = choices[index]
                if wastesRoom(choice) { continue }
                let (mark, before) = (undoLog.count, key)
                apply(choice)
                let outcome = descend()
                if outcome != .impossible { return outcome }
                undo(choice, to: mark, key: before)
            }
            choices.removeLast(choices.count - base)
        }
        failed.insert(key)
        return .impossible
    }
}

// MARK: - Choosing

extension SkylineSearch {
    private func slack(_ section: Int) -> Int { capacity - floor[section] - remaining[section] }

    /// The valley with the fewest choices, or nil if some valley has none or a section in one can't be filled.
    private mutating func mostConstrainedValley() -> Valley? {
        findValleys()
        countChoices()

        var inner = 0
        for section in floor.indices {
            inner += innerChange[section]
            innerChange[section] = 0
            let valley = valleyOfSection[section]
            guard valley >= 0 else { continue }
            if inner + slack(section) < valleys[valley].lowerWall - floor[section] {
                for later in section...floor.count { innerChange[later] = 0 }
                return nil
            }
        }
        innerChange[floor.count] = 0

        var best: Valley?
        for valley in valleys {
            var valley = valley
            if canRaise(valley) { valley.choices += 1 }
            if valley.choices == 0 { return nil }
            if let known = best, (known.choices, floor[known.start]) <= (valley.choices, floor[valley.start]) {
                continue
            }
            best = valley
        }
        return best
    }

    /// Cuts the skyline into runs of one floor and keeps those between higher walls.
    private mutating func findValleys() {
        valleys.removeAll(keepingCapacity: true)
        var start = 0
        while start < floor.count {
            let level = floor[start]
            var end = start
            var minimum = slack(start)
            minimumSlack[start] = minimum
            while end + 1 < floor.count, floor[end + 1] == level {
                end += 1
                minimum = min(minimum, slack(end))
                minimumSlack[end] = minimum
            }
            let leftWall = start > 0 ? floor[start - 1] : capacity
            let rightWall = end + 1 < floor.count ? floor[end + 1] : capacity
            let isValley = level < leftWall && level < rightWall
            for section in start...end { valleyOfSection[section] = isValley ? valleys.count : -1 }
            if isValley { valleys.append(Valley(start: start, end: end, leftWall: leftWall, rightWall: rightWall)) }
            start = end + 1
        }
    }

    /// Counts for each valley the buffers that can be leftmost on its floor, and adds up what lies inside the valleys.
    private mutating func countChoices() {
        let ring = problem.sizes.count
        var following = next[ring]
        while following != ring {
            let buffer = following
            following = next[buffer]
            let first = problem.first[buffer]
            let valley = valleyOfSection[first]
            guard valley >= 0, problem.last[buffer] <= valleys[valley].end else { continue }
            innerChange[first] += problem.sizes[buffer]
            innerChange[problem.last[buffer] + 1] -= problem.sizes[buffer]
            if canBeLeftmost(buffer, in: valleys[valley]) { valleys[valley].choices += 1 }
        }
    }

    /// Whether the waste left of the buffer is within the slack there. Of twins the first goes first.
    private func canBeLeftmost(_ buffer: Int, in valley: Valley) -> Bool {
        let twin = problem.twin[buffer]
        if twin >= 0, !isPlaced[twin] { return false }
        let first = problem.first[buffer]
        if first == valley.start { return true }
        return minimumSlack[first - 1] >= min(valley.leftWall - floor[first], problem.sizes[buffer])
    }

    /// Whether the valley's sections can all waste what lies below its lower wall.
    private func canRaise(_ valley: Valley) -> Bool {
        minimumSlack[valley.end] >= valley.lowerWall - floor[valley.start]
    }

    /// Puts the valley's choices on the stack: first those without waste, last to leave the floor empty.
    private mutating func gatherChoices(in valley: Valley) {
        let base = choices.count
        let ring = problem.sizes.count
        var following = next[ring]
        while following != ring {
            let buffer = following
            following = next[buffer]
            let first = problem.first[buffer]
            guard first >= valley.start, problem.last[buffer] <= valley.end, canBeLeftmost(buffer, in: valley) else {
                continue
            }
            choices.append(Choice(buffer: buffer, valley: valley))
        }
        var wasteless = base
        for index in base..<choices.count where problem.first[choices[index].buffer] == valley.start {
            choices.swapAt(index, wasteless)
            wasteless += 1
        }
        // Then those that come up to a wall and so leave fewer steps in the skyline.
        let level = floor[valley.start]
        var flush = base
        for index in base..<wasteless {
            let buffer = choices[index].buffer
            let top = level + problem.sizes[buffer]
            if top == valley.leftWall || top == valley.rightWall && problem.last[buffer] == valley.end {
                choices.swapAt(index, flush)
                flush += 1
            }
        }
        if canRaise(valley) { choices.append(Choice(buffer: -1, valley: valley)) }
    }

    /// The place that a choice wastes: its last section (its first is the valley's start) and its height.
    private func waste(of choice: Choice) -> (end: Int, height: Int) {
        let level = floor[choice.valley.start]
        if choice.buffer < 0 { return (choice.valley.end, choice.valley.lowerWall - level) }
        return (
            problem.first[choice.buffer] - 1, min(choice.valley.leftWall - level, problem.sizes[choice.buffer])
        )
    }

    /// Whether a buffer still to come would fit into the place that the choice wastes.
    private func wastesRoom(_ choice: Choice) -> Bool {
        let (end, height) = waste(of: choice)
        if end < choice.valley.start { return false }
        let ring = problem.sizes.count
        var buffer = next[ring]
        while buffer != ring {
            if buffer != choice.buffer, problem.first[buffer] >= choice.valley.start, problem.last[buffer] <= end,
                problem.sizes[buffer] <= height
            {
                return true
            }
            buffer = next[buffer]
        }
        return false
    }
}

// MARK: - Doing and undoing

extension SkylineSearch {
    private mutating func apply(_ choice: Choice) {
        let (end, height) = waste(of: choice)
        let level = floor[choice.valley.start]
        if end >= choice.valley.start {
            for section in choice.valley.start...end {
                set(section, floor: level + height, remaining: remaining[section])
            }
        }
        guard choice.buffer >= 0 else { return }
        let size = problem.sizes[choice.buffer]
        for section in problem.first[choice.buffer]...problem.last[choice.buffer] {
            set(section, floor: level + size, remaining: remaining[section] - size)
        }
        offsets[choice.buffer] = level
        isPlaced[choice.buffer] = true
        next[previous[choice.buffer]] = next[choice.buffer]
        previous[next[choice.buffer]] = previous[choice.buffer]
        placedCount += 1
        key.insert(UInt64(problem.representative[choice.buffer]) << 48 | 0xffff_ffff_ffff)
    }

    private mutating func undo(_ choice: Choice, to mark: Int, key before: FailedStates.Key) {
        while undoLog.count > mark, let entry = undoLog.popLast() {
            floor[entry.section] = entry.floor
            remaining[entry.section] = entry.remaining
        }
        key = before
        guard choice.buffer >= 0 else { return }
        isPlaced[choice.buffer] = false
        next[previous[choice.buffer]] = choice.buffer
        previous[next[choice.buffer]] = choice.buffer
        placedCount -= 1
    }

    private mutating func set(_ section: Int, floor level: Int, remaining rest: Int) {
        undoLog.append((section, floor[section], remaining[section]))
        key.remove(UInt64(section) << 48 ^ UInt64(floor[section]))
        // A finished section is a wall: nothing will cross it.
        floor[section] = rest == 0 ? capacity : level
        remaining[section] = rest
        key.insert(UInt64(section) << 48 ^ UInt64(floor[section]))
    }
}
