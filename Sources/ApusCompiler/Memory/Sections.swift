/// Buffers over time, reduced to what matters for packing.
///
/// Time is cut into *sections*: the moments whose set of live buffers is not part of another moment's set (the maximal
/// cliques of the interval graph). There are at most as many sections as buffers, each buffer is live in a run of
/// them, and two buffers meet in time exactly where they share a section.
struct Sections {
    /// The first section of each buffer. Buffers of size zero have an empty run.
    private(set) var first: [Int]
    /// The last section of each buffer, inclusive.
    private(set) var last: [Int]
    /// Bytes live in each section: the footprints.
    private(set) var load: [Int]

    /// O(n log n) for n requests.
    init(_ requests: [BufferRequest]) {
        let present = requests.indices.filter { requests[$0].size > 0 }
        let starts = Set(present.map { requests[$0].firstUse }).sorted()
        let ends = present.map { requests[$0].lastUse }.sorted()

        // The live set at a start is maximal if something ends before the next start: else the next set contains it.
        var times: [Int] = []
        var ended = 0
        for (index, start) in starts.enumerated() {
            let next = index + 1 < starts.count ? starts[index + 1] : Int.max
            let before = ended
            while ended < ends.count, ends[ended] < next { ended += 1 }
            if ended > before || index + 1 == starts.count { times.append(start) }
        }

        first = Array(repeating: 0, count: requests.count)
        last = Array(repeating: -1, count: requests.count)
        load = Array(repeating: 0, count: times.count)
        for buffer in present {
            let request = requests[buffer]
            first[buffer] = times.partitioningIndex { $0 >= request.firstUse }
            last[buffer] = times.partitioningIndex { $0 > request.lastUse } - 1
            // Differences from one section to the next, summed below.
            load[first[buffer]] += request.footprint
            if last[buffer] + 1 < load.count { load[last[buffer] + 1] -= request.footprint }
        }
        for section in load.indices.dropFirst() { load[section] += load[section - 1] }
    }

    /// The largest sum of live footprints: no arena can be smaller.
    var lowerBound: Int { load.max() ?? 0 }

    /// Groups of buffers that never meet a buffer of another group, in order of time. Each can be packed by itself.
    var components: [[Int]] {
        let order = first.indices.filter { first[$0] <= last[$0] }.sorted { (first[$0], $0) < (first[$1], $1) }
        var groups: [[Int]] = []
        var reach = -1
        for buffer in order {
            if first[buffer] > reach { groups.append([]) }
            groups[groups.count - 1].append(buffer)
            reach = Swift.max(reach, last[buffer])
        }
        return groups
    }
}
