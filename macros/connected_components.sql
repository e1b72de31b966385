{# Connected components: each member of a relation of ties, per group, with the lowest member that ties
   lead to. `ties` names the relation, the other arguments its columns and the column of the members;
   the lowest is component_id. Ties never cross groups. #}
{% macro connected_components(
    ties, group='tie_rank', one='customer_id_1', other='customer_id_2', member='customer_id'
) -%}
    {{ return(adapter.dispatch('connected_components')(ties, group, one, other, member)) }}
{%- endmacro %}


{# Labels only ever fall, and only changed ones travel on, so the rounds are as many as the longest way
   through a component, not as many as its members. #}
{% macro default__connected_components(ties, group, one, other, member) -%}
    with recursive ties_both_ways as (
        select
            {{ group }},
            {{ one }} as {{ member }},
            {{ other }} as other_{{ member }},
        from {{ ties }}
        union all
        select
            {{ group }},
            {{ other }} as {{ member }},
            {{ one }} as other_{{ member }},
        from {{ ties }}
    ),

    labelled({{ group }}, {{ member }}, component_id) using key ({{ group }}, {{ member }}) as (
        select distinct
            {{ group }},
            {{ member }},
            {{ member }} as component_id,
        from ties_both_ways
        union
        select
            ties_both_ways.{{ group }},
            ties_both_ways.other_{{ member }} as {{ member }},
            min(labelled.component_id) as component_id,
        from labelled
        inner join ties_both_ways
            on
                labelled.{{ group }} = ties_both_ways.{{ group }}
                and labelled.{{ member }} = ties_both_ways.{{ member }}
        inner join recurring.labelled as known
            on
                ties_both_ways.{{ group }} = known.{{ group }}
                and ties_both_ways.other_{{ member }} = known.{{ member }}
        where labelled.component_id < known.component_id
        group by ties_both_ways.{{ group }}, ties_both_ways.other_{{ member }}
    )

    select
        {{ group }},
        {{ member }},
        component_id,
    from labelled
{%- endmacro %}


{# Spark knows no such recursion. A function of scripts/spark/functions.py takes the ties of one group
   at once. #}
{% macro spark__connected_components(ties, group, one, other, member) -%}
    select
        {{ group }},
        labelled.member as {{ member }},
        labelled.component_id,
    from (
        select
            {{ group }},
            unnest(
                gym_connected_components(list({'one': {{ one }}, 'other': {{ other }}}))
            ) as labelled,
        from {{ ties }}
        group by {{ group }}
    )
{%- endmacro %}
