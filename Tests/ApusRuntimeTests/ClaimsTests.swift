import ApusRuntime
import Testing

/// Pieces of work that threads take: each once, in order, or each thread's own first.
@Suite struct ClaimsTests {
    /// Has workers take pieces in turn, as `order` says, until there are none; returns the pieces of each.
    private func taken(_ start: Claims, items: UInt32, by order: [Int], of width: Int) -> [Int: [Int]] {
        var claims = start
        var pieces: [Int: [Int]] = [:]
        var turn = 0
        while claims.left != 0 {
            let worker = order[turn % order.count]
            turn += 1
            let rest = claims.afterTaking(own: Claims.pieces(of: worker, of: width))
            pieces[worker, default: []].append(claims.piece(takenIn: rest, items: items))
            claims = rest
        }
        return pieces
    }

    @Test func piecesAreBegunInTheOrderOfTheirNumbers() {
        let claims = Claims(run: 7, items: 5, keepsOwners: false)
        #expect(taken(claims, items: 5, by: [0, 1], of: 2) == [0: [0, 2, 4], 1: [1, 3]])
    }

    @Test func workersTakeTheirOwnPiecesFirst() {
        let claims = Claims(run: 7, items: 6, keepsOwners: true)
        #expect(taken(claims, items: 6, by: [1, 0, 0, 1], of: 2) == [0: [0, 2, 4], 1: [1, 3, 5]])
        #expect(
            taken(claims, items: 6, by: [2], of: 3) == [2: [2, 5, 0, 1, 3, 4]], "a late worker's are taken by others")
    }

    @Test func everyPieceIsTakenOnce() {
        for items in 1...Claims.ownerLimit {
            for keepsOwners in [false, true] {
                for run: UInt32 in [0, 1, .max] {
                    let claims = Claims(run: run, items: items, keepsOwners: keepsOwners)
                    let pieces = taken(claims, items: UInt32(items), by: [2, 0, 1, 1], of: 3)
                    #expect(pieces.values.flatMap { $0 }.sorted() == Array(0..<items))
                }
            }
        }
    }

    @Test func claimsOfTwoRunsDiffer() {
        for keepsOwners in [false, true] {
            let first = Claims(run: 1, items: 4, keepsOwners: keepsOwners)
            #expect(first.word != Claims(run: 2, items: 4, keepsOwners: keepsOwners).word)
        }
    }
}
