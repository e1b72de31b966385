-- Grain: one row per payment line, with why it bought nothing.
-- Long: the reasons why a line bought nothing stand in one order, each needing the lines beside it.
with kept as (
    {{ core_rows('payments', [
        'payment_line_id', 'transaction_id', 'description', 'buyer_name', 'receipt_email',
        'billing_email', 'status', 'payment_intent_status', 'total_amount', 'base_price_amount',
        'day_pass_count', 'quantity', 'transaction_date', 'data_source', 'stripe_customer_id',
        'payer_customer_id',
    ]) }}
),

payment_statuses as (
    select * from {{ ref('payment_statuses') }}
),

core_answers as (
    select * from {{ ref('core_answers') }}
),

bought as (
    select
        meaning,
        bool_and(buys) as buys,
    from payment_statuses
    group by meaning
),

-- few words stand on many lines, so each is spelled as the seed spells it once
words as (
    select
        spelt.word,
        {{ payment_status('spelt.word') }} as status,
    from (select distinct unnest([status, payment_intent_status]) as word from kept) as spelt
    where spelt.word is not null
),

-- What the seed does not list means what staff said, in the seed's own words. A dialect says
-- "other" for every word that it lacks: one answer would be about several.
meanings as (
    select
        words.word,
        words.status,
        payment_statuses.status is null and words.status != 'other' as is_unlisted,
        bought.meaning is not null as is_reviewed,
        coalesce(payment_statuses.meaning, bought.meaning) as meaning,
        coalesce(payment_statuses.buys, bought.buys) as buys,
    from words
    left join payment_statuses
        on words.status = payment_statuses.status
    left join core_answers
        on {{ question_id('payment_status', ['words.status']) }} = core_answers.question_id
            and payment_statuses.status is null
            and words.status != 'other'
    left join bought
        on core_answers.answer = bought.meaning
),

lines as (
    select
        transactions.*,
        coalesce(transactions.total_amount, transactions.base_price_amount) as paid_amount,
        {{ name_is_missing('transactions.buyer_name') }} as is_nameless,
        coalesce(
            transactions.receipt_email,
            transactions.billing_email,
            cast(transactions.payer_customer_id as varchar),
            case when not is_nameless then lower(transactions.buyer_name) end,
            transactions.stripe_customer_id
        ) as payer,
        lower({{ match_product_text('transactions.description') }}) as product_text,
        list_contains(
            {{ var('web_shops') | map('lower') | list }}, lower(transactions.data_source)
        ) as is_web_shop,
    from kept as transactions
),

refunded as (
    select
        *,
        count(*) filter (where paid_amount < 0)
            over (partition by transaction_id, abs(paid_amount)) as refunds,
        count(*) filter (where paid_amount < 0)
            over (partition by transaction_id, abs(paid_amount), payer) as own_refunds,
    from lines
),

-- A system that repeats the number of a sale on its refund takes back as many lines as it refunds
-- at that amount, the payer's own first. Lines of one payer, product and day count by their amount.
ranked as (
    select
        *,
        row_number() over (
            partition by transaction_id, abs(paid_amount), paid_amount < 0
            order by own_refunds > 0 desc, payment_line_id
        ) as place_in_sale,
        payer is not null and row_number() over (
            partition by payer, lower(description), transaction_date
            order by paid_amount desc nulls last, payment_line_id
        ) > 1 as is_repeated,
        -- the same line, once with a name; and a web shop's order beside the card that paid it
        transaction_id is not null and is_nameless and bool_or(not is_nameless) over (
            partition by
                transaction_id, product_text, transaction_date, paid_amount, day_pass_count
        )
        or payer is not null and is_web_shop and bool_or(not is_web_shop) over (
            partition by payer, product_text, transaction_date, paid_amount, day_pass_count
        ) as is_doubled,
    from refunded
),

-- A refund under a number of its own takes back its payer's last sale at that amount.
sales as (
    select payment_line_id, payer, paid_amount, transaction_date
    from ranked
    where paid_amount > 0 and payer is not null and not is_doubled
    qualify row_number() over (
        partition by payer, paid_amount, transaction_date order by payment_line_id
    ) = 1
),

taken_back as (
    select distinct sales.payment_line_id
    from ranked as refunds
    inner join sales
        on
            refunds.payer = sales.payer
            and -refunds.paid_amount = sales.paid_amount
            and refunds.transaction_date >= sales.transaction_date
    where refunds.paid_amount < 0
        and refunds.transaction_date - sales.transaction_date <= {{ var('refund_days') }}
        and refunds.transaction_id not in (
            select transaction_id from ranked where paid_amount > 0
        )
    qualify row_number() over (
        partition by refunds.payment_line_id order by sales.transaction_date desc
    ) = 1
),

settled as (
    select
        ranked.payment_line_id,
        ranked.transaction_id,
        ranked.description,
        ranked.buyer_name,
        ranked.receipt_email,
        ranked.billing_email,
        ranked.stripe_customer_id as payer_account_id,
        {{ membership_number('ranked.description') }} as membership_id,
        ranked.total_amount,
        ranked.paid_amount,
        ranked.day_pass_count,
        ranked.payer_customer_id,
        ranked.transaction_date,
        ranked.source_system,
        case when ranked.status is not null then coalesce(statuses.meaning, 'other') end as status,
        case
            when ranked.payment_intent_status is not null
                then coalesce(intent_statuses.meaning, 'other')
        end as payment_intent_status,
        -- nulls are in no such list
        list_sort(list_distinct([
            if(statuses.is_unlisted, statuses.status, null),
            if(intent_statuses.is_unlisted, intent_statuses.status, null)
        ])) as unlisted_statuses,
        ranked.status is not null and statuses.meaning is null
        or ranked.payment_intent_status is not null and intent_statuses.meaning is null
            as is_status_unknown,
        case
            when is_status_unknown then 'unknown'
            when statuses.is_reviewed or intent_statuses.is_reviewed then 'staff_review'
            when coalesce(ranked.status, ranked.payment_intent_status) is not null then 'listed'
        end as status_method,
        case
            when not statuses.buys then statuses.meaning
            when not intent_statuses.buys then intent_statuses.meaning
            when is_status_unknown then 'unknown status'
            when least(ranked.paid_amount, ranked.day_pass_count, ranked.quantity) < 0
                then 'negative amount'
            when ranked.refunds >= ranked.place_in_sale then 'refunded'
            when taken_back.payment_line_id is not null then 'refunded under another number'
            when ranked.is_doubled then 'doubled sale'
            when ranked.transaction_date is null then 'no usable date'
            when ranked.paid_amount = 0 and ranked.is_repeated
                then 'repeats another line for nothing'
        end as no_purchase_reason,
    from ranked
    left join taken_back
        on ranked.payment_line_id = taken_back.payment_line_id
    left join meanings as statuses
        on ranked.status = statuses.word
    left join meanings as intent_statuses
        on ranked.payment_intent_status = intent_statuses.word
)

select * exclude (is_status_unknown) from settled
